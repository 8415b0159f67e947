"""What a training takes of the account of a hosted sandbox, over all its processes."""

from tarot.sandbox.cloud.usage import MeteredSandbox, SandboxUsage, total
from tarot.training import processes
from tarot.types import Sandbox


class UsageMeter:
    """Counts what the sandboxes of all processes take; all of them ask at the same moments.

    The sandbox alone decides whether there is anything to count, and its price whether there is
    money: every process has the same.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        """Count what `sandbox` says; nothing of one that takes of no account."""
        self._sandbox = sandbox if isinstance(sandbox, MeteredSandbox) else None
        self._read = SandboxUsage()

    def total(self) -> SandboxUsage | None:
        """All that was taken since this run was started; None where nothing is counted."""
        sandbox = self._sandbox
        return None if sandbox is None else total(processes.together(sandbox.usage))

    def metrics(self) -> dict[str, float]:
        """What was taken since the last call, at first since the start, as by an evaluation.

        Sandboxes that are idle between two steps count too.

        Returns:
            `sandbox/creations`, `sandbox/requests` and `sandbox/sandbox_s`, seconds of all
            sandboxes together, and with a price `sandbox/usd`; nothing for a sandbox that takes of
            no account.
        """
        usage = self.total()
        if usage is None:
            return {}
        taken, self._read = usage.since(self._read), usage
        metrics = {
            "sandbox/creations": float(taken.creations),
            "sandbox/requests": float(taken.requests),
            "sandbox/sandbox_s": taken.sandbox_s,
        }
        return metrics if taken.usd is None else {**metrics, "sandbox/usd": taken.usd}
