"""The other end, in a context of a sandbox: it runs jobs in a slot and says what became of each.

A context is an interpreter that lives on between requests. No program runs in it: it starts the
slot of a local sandbox, with every layer that the sandbox's kernel offers, so that verdicts are
those of `sandbox=local`. Source and input come by `serve`, expected outputs never.
"""

import sys
import time
from collections.abc import Sequence

from tarot.sandbox.cloud import parcels
from tarot.sandbox.local import LocalSandbox
from tarot.types import UserError

_PAUSE_S = 0.05


class Runner:
    """One slot, and what it is asked for."""

    def __init__(self, require: Sequence[str]) -> None:
        """Start and probe it; raises UserError where a required layer is missing."""
        self._sandbox = LocalSandbox(slots=1, require=require, attempts=1, answer_margin_s=10.0)
        self.layers = self._sandbox.layers

    def serve(self, request: str, parcel: str, begin_within_s: float | None = None) -> None:
        """Run the jobs one by one; lines go out as they come, but not more than a few a second.

        After `begin_within_s` no further one is begun, and the last line says how many are left.
        """
        begin_s = said_s = time.monotonic()
        jobs = parcels.unpack(parcel)
        for number, job in enumerate(jobs):
            if begin_within_s is not None and number and said_s - begin_s > begin_within_s:
                sys.stdout.write(parcels.end(request, len(jobs) - number))
                break
            execution = self._sandbox.run([job])[0]
            sys.stdout.write(parcels.line(request, number, execution))
            if time.monotonic() - said_s > _PAUSE_S:
                sys.stdout.flush()
                said_s = time.monotonic()
        sys.stdout.flush()


def start(request: str, require: Sequence[str]) -> Runner | None:
    """A runner that has said its greeting, or has said why it can't be."""
    runner, layers, fault = None, frozenset[str](), ""
    try:
        runner = Runner(require)
        layers = runner.layers
    except (UserError, OSError) as error:
        fault = str(error)
    sys.stdout.write(parcels.greeting(request, layers, fault))
    sys.stdout.flush()
    return runner
