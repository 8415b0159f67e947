"""The local sandbox: programs run on this machine, behind every layer that it offers.

It needs neither root, nor a container engine, nor compiled code, but Linux 5.13 or later on
x86-64 or aarch64. A kernel that is shared with the programs is not the boundary of a virtual
machine: a hole in the kernel is a hole here.
"""

import os
from collections.abc import Sequence
from functools import partial

from tarot.sandbox import delegation
from tarot.sandbox.handle import Slot
from tarot.sandbox.launch import launch_here
from tarot.sandbox.layers import LAYERS, check_names, probe, report
from tarot.sandbox.pool import Pool
from tarot.sandbox.seat import Kind
from tarot.sandbox.syscalls import NUMBERS
from tarot.types import Execution, Job, UserError

__all__ = ["LAYERS", "LocalSandbox"]

_ADVICE = (
    "use sandbox=docker where there is an engine or, for programs that you trust, "
    "sandbox=unsafe_local"
)


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
        check_names(layers, require)
        reasons = dict.fromkeys(set(LAYERS) - set(layers), "not asked for")
        if "uid" in layers and os.geteuid() != 0:
            reasons["uid"] = "only root can change users"
        home = _home(reasons)
        start = partial(Slot, partial(launch_here, home=home))
        self.layers = probe(partial(start, modules=Kind.PLAIN.modules), reasons, _ADVICE)
        report(self.layers, require, reasons, _ADVICE)
        self._pool = Pool(partial(start, self.layers), slots, attempts, answer_margin_s)

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, in order; never raises for a program or for an outage.

        A sandbox that is closed loses every job.
        """
        return self._pool.run(jobs)

    def pids(self) -> list[int]:
        """The processes whose deaths take the running slots with them."""
        return self._pool.pids()

    def close(self) -> None:
        """End all processes of this sandbox; idempotent."""
        self._pool.close()


def _home(reasons: dict[str, str]) -> str | None:
    """Where slots make their control groups; what is in the way becomes one of `reasons`."""
    if "cgroup" in reasons:
        return None
    try:
        return delegation.delegated()
    except delegation.Undelegated as error:
        reasons["cgroup"] = str(error)
        return None
