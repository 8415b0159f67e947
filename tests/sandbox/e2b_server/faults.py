"""What a server does wrong, and when."""

from tests.planned_faults import Fault, PlannedFaults

# Their amounts are seconds, bytes or lines.
LATENCY = Fault("latency", 0.3)
TOO_MANY = Fault("429", 1)
BROKEN = Fault("500")
BAD_GATEWAY = Fault("502")
RESET = Fault("reset", 300)
DEATH = Fault("death", 3)
TRUNCATED = Fault("truncated", 300)
DUPLICATED = Fault("duplicated")
SANDBOX_ERROR = Fault("SandboxError")
KILLED = Fault("killed", 4)

OF_A_CREATION = (LATENCY, TOO_MANY, BROKEN, RESET)
OF_AN_EXECUTION = (LATENCY, TOO_MANY, BROKEN, RESET, DEATH, TRUNCATED, DUPLICATED)
OF_A_RUN = (LATENCY, TOO_MANY, BROKEN, RESET, TRUNCATED, SANDBOX_ERROR, KILLED)
_KINDS = {"create": OF_A_CREATION, "execute": OF_AN_EXECUTION, "run_code": OF_A_RUN}


class Plan(PlannedFaults):
    """A `share` of every operation fails at random."""

    def __init__(self, share: float = 0.0, seed: int = 0) -> None:
        super().__init__(_KINDS, (LATENCY, BROKEN), lambda _: share, seed)
