"""The local sandbox: programs run on this machine, behind every layer that it offers.

It needs neither root, nor a container engine, nor compiled code, but Linux 5.13 or later on
x86-64 or aarch64. A kernel that is shared with the programs is not the boundary of a virtual
machine: a hole in the kernel is a hole here.
"""

import logging
import os
import threading
import weakref
from collections.abc import Sequence

from tarot.sandbox.batch import Batch
from tarot.sandbox.handle import LayerMissing, Slot, SlotError
from tarot.sandbox.seat import Kind, Seat
from tarot.sandbox.syscalls import NUMBERS
from tarot.types import Execution, Job, UserError

logger = logging.getLogger(__name__)

LAYERS = ("seccomp", "landlock", "namespaces", "uid")

_ADVICE = "use a machine that offers it or, for programs that you trust, sandbox.require=[]"


class LocalSandbox:
    """A sandbox on this machine, safe to use from several threads.

    `slots` programs run at once, by default one a core. `layers` are entered where the machine
    offers them; each entry of `require` names layers of which one must be there ("a|b"). A job
    that could not be judged is tried `attempts` times in all; a slot that stays silent for
    `answer_margin_s` after its program's last chance counts as hung.
    """

    def __init__(
        self,
        slots: int | None = None,
        require: Sequence[str] = ("seccomp", "landlock|namespaces"),
        layers: Sequence[str] = LAYERS,
        attempts: int = 3,
        answer_margin_s: float = 30.0,
    ) -> None:
        """Probe the layers with a first slot; raises UserError where a required one is missing."""
        if not NUMBERS:
            machine = os.uname().machine
            raise UserError(f"sandbox: this machine is a {machine}; use x86_64 or aarch64")
        _check_names("sandbox.layers", layers)
        _check_names("sandbox.require", [name for entry in require for name in entry.split("|")])
        self._attempts = attempts
        self._answer_margin_s = answer_margin_s
        self._lock = threading.Lock()
        self.layers = _probe(layers, require)
        num_seats = slots or len(os.sched_getaffinity(0))
        self._seats = [Seat(self.layers) for _ in range(num_seats)]
        self._finalizer = weakref.finalize(self, _close, self._seats, os.getpid())

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, in order; never raises for a program or for an outage.

        A sandbox that is closed loses every job.
        """
        with self._lock:
            return Batch(jobs, self._seats, self._attempts, self._answer_margin_s).run()

    def pids(self) -> list[int]:
        """The processes whose deaths take the running slots with them."""
        return [pid for seat in self._seats for pid in seat.pids()]

    def close(self) -> None:
        """End all processes of this sandbox; idempotent."""
        self._finalizer()


def _check_names(key: str, names: Sequence[str]) -> None:
    for name in names:
        if name not in LAYERS:
            raise UserError(
                f"{key}: there is no layer {name!r}; the layers are {', '.join(LAYERS)}"
            )


def _probe(layers: Sequence[str], require: Sequence[str]) -> frozenset[str]:
    """The layers that a slot on this machine can enter."""
    active = set(layers)
    reasons = dict.fromkeys(set(LAYERS) - active, "not asked for")
    if "uid" in active and os.geteuid() != 0:
        active.remove("uid")
        reasons["uid"] = "only root can change users"
    while True:
        try:
            Slot(frozenset(active), Kind.PLAIN.modules).close()
            break
        except LayerMissing as missing:
            active.remove(missing.layer)
            reasons[missing.layer] = missing.cause
        except (SlotError, OSError) as error:
            raise UserError(f"sandbox: no slot can be started ({error}); {_ADVICE}") from error
    _report(active, reasons, require)
    return frozenset(active)


def _report(active: set[str], reasons: dict[str, str], require: Sequence[str]) -> None:
    for name in LAYERS:
        logger.info("sandbox layer %s: %s", name, reasons.get(name, "on"))
    for entry in require:
        if active.isdisjoint(entry.split("|")):
            causes = "; ".join(f"{name}: {reasons[name]}" for name in entry.split("|"))
            raise UserError(f"sandbox.require: {entry} is missing here ({causes}); {_ADVICE}")
    if not require:
        logger.warning("sandbox.require is empty: programs may run with this user's own rights")


def _close(seats: Sequence[Seat], owner: int) -> None:
    """End the slots, but not from a process that was forked off their owner."""
    if os.getpid() == owner:
        for seat in seats:
            seat.close()
