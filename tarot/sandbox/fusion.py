"""The SandboxFusion sandbox: programs run by an engine that somebody hosts, over plain HTTP.

No program is sent as code of its own. Each request carries a runner of ours and a parcel of
programs, and the runner starts the same slots as on this machine, behind every layer that the
kernel offers within the engine's container, so that a program gets the verdict that it gets here.
Only programs, inputs and limits go over. What keeps the container from its machine is the engine's
affair, and that of who hosts it.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tarot.sandbox.cloud.failures import Failure, Kind
from tarot.sandbox.cloud.fleet import Fleet
from tarot.sandbox.cloud.fusion_service import Address, FusionService, address_of
from tarot.sandbox.cloud.shares import num_processes, sandboxes_each
from tarot.sandbox.cloud.terms import Terms
from tarot.sandbox.cloud.thread import FleetThread
from tarot.sandbox.layers import check_names
from tarot.types import Execution, Job, UserError

# As the engine's own client has it.
_VARIABLE = "SANDBOX_FUSION_ENDPOINT"
_EXAMPLE = "http://localhost:8080"
_FOREVER_S = 10**9
# The start of a runner takes as long as a dozen short programs: requests shrink to this share.
_LEAST_SHARE = 4


@dataclass(eq=False)
class FusionSandbox:
    """An engine at `url`, or at the address in `SANDBOX_FUSION_ENDPOINT`.

    Up to `requests` are under way at once, shared out evenly between the processes of a training.
    Each carries up to `programs_per_request`, which `python` runs one by one; none is begun after
    `request_s`. A job that fails `attempts` times is lost; so is all that waits once nothing has
    succeeded for `max_outage_s`.
    """

    url: str | None = None
    python: str | None = None
    requests: int = 8
    programs_per_request: int = 64
    request_s: float = 60.0
    max_outage_s: float = 600.0
    attempts: int = 4
    answer_margin_s: float = 30.0
    require: Sequence[str] = ("seccomp", "landlock|namespaces")

    def __post_init__(self) -> None:
        """Start a first runner and ask its layers; raises UserError for what is missing."""
        self._check()
        service = FusionService(_address(self.url), self.python)
        self._fleet = FleetThread(Fleet(service, None, self._terms()))
        try:
            self.layers = self._fleet.start()
        except Failure as failure:
            raise UserError(f"sandbox=sandbox_fusion: {failure}; {_advice(failure)}") from None

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, in order; never raises for a program or for an outage.

        Several threads take turns. A sandbox that is closed loses every job.
        """
        return self._fleet.run(jobs)

    def hurry(self) -> None:
        """From now on give a batch up in an outage at once: the process is asked to end."""
        self._fleet.hurry()

    def close(self) -> None:
        """Ask the engine for nothing more; idempotent."""
        self._fleet.close()

    @classmethod
    def check_environment(cls, settings: Mapping[str, Any]) -> None:
        """UserError where no address is given, before anything is started."""
        _address(settings.get("url"))

    def _check(self) -> None:
        check_names((), self.require)
        for name in ("requests", "programs_per_request", "attempts"):
            if getattr(self, name) < 1:
                raise UserError(f"sandbox.{name}: {getattr(self, name)} should be at least 1")
        if not 0 < self.request_s < self.max_outage_s:
            raise UserError("sandbox.request_s: should be above 0 and below sandbox.max_outage_s")

    def _terms(self) -> Terms:
        return Terms(
            max_sandboxes=sandboxes_each(self.requests, num_processes()),
            contexts=1,
            programs_per_request=self.programs_per_request,
            lifetime_s=_FOREVER_S,
            max_age_s=_FOREVER_S,
            max_outage_s=self.max_outage_s,
            attempts=self.attempts,
            answer_margin_s=self.answer_margin_s,
            require=tuple(self.require),
            begin_within_s=self.request_s,
            least_per_request=max(1, self.programs_per_request // _LEAST_SHARE),
        )


def _address(url: str | None) -> Address:
    """Where the engine is, and as whom to ask; UserError where that is no address.

    What stands in the configuration is written to files: a name and password may not.
    """
    name = "sandbox.url" if url else _VARIABLE
    text = url or os.environ.get(_VARIABLE, "")
    if not text:
        raise UserError(
            f"sandbox=sandbox_fusion: {_VARIABLE} is not set; export the address of your engine, "
            f"such as {_EXAMPLE}, or give it as sandbox.url"
        )
    try:
        address = address_of(text)
    except ValueError:
        raise UserError(f"{name}: should be an address such as {_EXAMPLE}") from None
    if url and address.auth:
        raise UserError(f"sandbox.url: holds a name or password; export it as {_VARIABLE} instead")
    return address


def _advice(failure: Failure) -> str:
    if failure.kind is Kind.KEY:
        return f"put a name and password into the address in {_VARIABLE}"
    if failure.kind is Kind.UNFIT:
        return "change its container, name another sandbox.python in it, or use sandbox=local"
    return f"see that an engine runs at the address in {_VARIABLE} or sandbox.url"
