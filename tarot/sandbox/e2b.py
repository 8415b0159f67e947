"""The E2B sandbox: programs run in E2B's cloud, in sandboxes that are used for many of them.

A sandbox is a virtual machine of its own. In each of its contexts a runner of ours starts the
same slots as on this machine, behind every layer that the machine's kernel offers, so that a
program gets the verdict that it gets here. Only programs, inputs and limits go over. What E2B
holds of them, and that its machines are apart from each other, is left to E2B.
"""

import asyncio
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tarot.config.keys import key_in
from tarot.runs.cache import cache_folder
from tarot.sandbox.cloud import owners
from tarot.sandbox.cloud.failures import Failure, Kind
from tarot.sandbox.cloud.fleet import Fleet
from tarot.sandbox.cloud.metering import MeteredService
from tarot.sandbox.cloud.rate import CreationRate
from tarot.sandbox.cloud.service import Service
from tarot.sandbox.cloud.shares import num_processes, sandboxes_each
from tarot.sandbox.cloud.terms import Terms
from tarot.sandbox.cloud.thread import FleetThread, Loop
from tarot.sandbox.cloud.usage import SandboxUsage
from tarot.sandbox.layers import check_names
from tarot.types import Execution, Job, UserError

_VARIABLE = "E2B_API_KEY"
_DEBUG = "E2B_DEBUG"
_REQUEST_TIMEOUT_S = 60.0


@dataclass(eq=False)
class E2BSandbox:
    """Sandboxes in E2B's cloud, of the account whose key is in `E2B_API_KEY`.

    Up to `max_sandboxes` are there at once, shared out evenly between the processes of a training,
    and at most `creations_per_s` a second are created over all processes of this user on this
    machine. Each runs `contexts` programs at once. A request carries up to `programs_per_request`.
    A sandbox lives for `lifetime_s` from its last renewal, is replaced before it is `max_age_s`
    old, and is ended after `idle_s` without a batch, or kept where that is None. A job that fails
    `attempts` times is lost; so is all that waits once nothing has succeeded for `max_outage_s`.
    `usd_per_sandbox_hour` is the price of one sandbox, None where none is told.
    """

    template: str | None = None
    max_sandboxes: int = 20
    contexts: int = 2
    creations_per_s: float = 1.0
    programs_per_request: int = 32
    lifetime_s: int = 300
    max_age_s: int = 3300
    idle_s: float | None = 60.0
    max_outage_s: float = 600.0
    attempts: int = 4
    answer_margin_s: float = 30.0
    require: Sequence[str] = ("seccomp",)
    usd_per_sandbox_hour: float | None = None

    def __post_init__(self) -> None:
        """Create a first sandbox and ask its layers; raises UserError for what is missing."""
        self._check()
        service = _service(self.template, self.lifetime_s)
        self._meter = MeteredService(service, self.lifetime_s, self.usd_per_sandbox_hour)
        self._fleet = FleetThread(Fleet(self._meter, self._rate(), self._terms()))
        try:
            layers = self._fleet.start()
        except Failure as failure:
            raise UserError(f"sandbox=e2b: {failure}; {_advice(failure)}") from None
        self.layers = layers | {"namespaces"}

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, in order; never raises for a program or for an outage.

        Several threads take turns. A sandbox that is closed loses every job.
        """
        return self._fleet.run(jobs)

    def usage(self) -> SandboxUsage:
        """What was taken of the account since this was made."""
        return self._meter.usage()

    def hurry(self) -> None:
        """From now on give a batch up in an outage at once: the process is asked to end."""
        self._fleet.hurry()

    def close(self) -> None:
        """End all sandboxes of this one; idempotent."""
        self._fleet.close()

    @classmethod
    def check_environment(cls, settings: Mapping[str, Any]) -> None:
        """UserError where the key is missing, before anything is started."""
        _key()

    @classmethod
    def remove_orphans(cls) -> str:
        """End the account's sandboxes whose process on this machine is no more; says how many."""
        loop = Loop()
        try:
            return loop.result(_remove_orphans())
        except Failure as failure:
            raise UserError(f"sandbox=e2b: {failure}; {_advice(failure)}") from None
        finally:
            loop.close()

    def _check(self) -> None:
        check_names((), self.require)
        least = {"max_sandboxes": 1, "contexts": 1, "programs_per_request": 1, "attempts": 1}
        for name, value in least.items():
            if getattr(self, name) < value:
                raise UserError(f"sandbox.{name}: {getattr(self, name)} should be at least {value}")
        if self.creations_per_s <= 0:
            raise UserError(f"sandbox.creations_per_s: {self.creations_per_s} should be above 0")
        for name in ("idle_s", "usd_per_sandbox_hour"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise UserError(f"sandbox.{name}: {value} should be at least 0, or null")
        if not 0 < self.lifetime_s <= self.max_age_s:
            raise UserError("sandbox.lifetime_s: should be above 0 and at most sandbox.max_age_s")

    def _terms(self) -> Terms:
        return Terms(
            max_sandboxes=sandboxes_each(self.max_sandboxes, num_processes()),
            contexts=self.contexts,
            programs_per_request=self.programs_per_request,
            lifetime_s=self.lifetime_s,
            max_age_s=self.max_age_s,
            idle_s=self.idle_s,
            max_outage_s=self.max_outage_s,
            attempts=self.attempts,
            answer_margin_s=self.answer_margin_s,
            require=tuple(self.require),
        )

    def _rate(self) -> CreationRate:
        """The limit that all with the same address share; the key is in neither file nor name."""
        address = os.environ.get("E2B_API_URL") or os.environ.get("E2B_DOMAIN") or "e2b"
        name = hashlib.sha256(f"{os.uname().nodename} {address}".encode()).hexdigest()[:12]
        path = cache_folder() / "e2b" / f"creations-{name}.json"
        try:
            return CreationRate(path, self.creations_per_s)
        except OSError as error:
            raise UserError(f"sandbox=e2b: {error}; set TAROT_CACHE to a folder") from error


def _key() -> str:
    """The account's key; UserError where there is none, or the SDK would not use it."""
    if os.environ.get(_DEBUG, "").lower() == "true":
        raise UserError(
            f"sandbox=e2b: {_DEBUG}=true has the SDK talk to one code interpreter on localhost and "
            "make no sandbox; unset it, or use sandbox=local"
        )
    advice = "export the key of an account at e2b.dev, or use sandbox=local"
    return key_in(_VARIABLE, "sandbox=e2b", advice)


def _service(template: str | None, lifetime_s: int) -> Service:
    """The account; UserError where its key or the SDK is missing."""
    key = _key()
    try:
        from tarot.sandbox.cloud.e2b_service import E2BService  # noqa: PLC0415 - slow, and an extra
    except ModuleNotFoundError as error:
        raise UserError(
            f"sandbox=e2b: {error.name} is not installed; run: pip install e2b-code-interpreter"
        ) from error
    return E2BService(key, template, lifetime_s, _REQUEST_TIMEOUT_S)


async def _remove_orphans() -> str:
    service = _service(None, 0)
    found = [listed async for listed in service.listed(owners.MARK)]
    orphans = [listed.id for listed in found if owners.is_orphan(listed.metadata)]
    await asyncio.gather(*(service.kill(sandbox_id) for sandbox_id in orphans))
    num_left = len(found) - len(orphans)
    return (
        f"orphans removed: {len(orphans)}; "
        f"sandboxes left, of processes that run or of other machines: {num_left}"
    )


def _advice(failure: Failure) -> str:
    if failure.kind is Kind.KEY:
        return f"set {_VARIABLE} to a key of your account"
    if failure.kind is Kind.UNFIT:
        return "use another sandbox.template, or sandbox=local"
    return "try again later, or use sandbox=local"
