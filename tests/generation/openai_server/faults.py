"""What the server does wrong, and when."""

from tests.planned_faults import Fault, PlannedFaults

# Of a call.
TOO_MANY = Fault("429", 0.02)
BROKEN = Fault("500")
DONE_BUT_BROKEN = Fault("500 after")
"""What was asked for is done, and the answer says that it isn't."""
RESET = Fault("reset")
"""The connection breaks off, and nothing is done."""
TORN = Fault("torn")
"""The answer breaks off half way."""

# Of a batch.
EXPIRED = Fault("expired", 0.5)
"""The day is over when this share is done."""
CANCELLED = Fault("cancelled", 0.5)
DUPLICATED = Fault("duplicated")
REVERSED = Fault("reversed")
QUEUE_FULL = Fault("queue full")

# Of an answer; all but the last are paid for.
TRUNCATED = Fault("truncated")
REFUSED = Fault("refused")
NO_JSON = Fault("no json")
WRONG_SCHEMA = Fault("wrong schema")
ERROR_LINE = Fault("error line")

OF_A_CALL = (TOO_MANY, BROKEN, RESET)
OF_A_CREATION = (TOO_MANY, BROKEN, DONE_BUT_BROKEN, RESET)
OF_A_DOWNLOAD = (*OF_A_CALL, TORN)
OF_A_BATCH = (EXPIRED, CANCELLED, DUPLICATED, REVERSED)
OF_AN_ANSWER = (TRUNCATED, REFUSED, NO_JSON, WRONG_SCHEMA)

_KINDS = {
    "create": OF_A_CREATION,
    "content": OF_A_DOWNLOAD,
    "batch": OF_A_BATCH,
    "answer": OF_AN_ANSWER,
    "line": (ERROR_LINE,),
}


class Plan(PlannedFaults):
    """`shares` are how often each operation fails at random.

    They are "upload", "create", "list", "retrieve", "content" and "ask", which are calls, then
    "batch", "answer", and "line", which is an answer of a batch that the service fails to give.
    """

    def __init__(self, seed: int = 0, **shares: float) -> None:
        super().__init__(_KINDS, OF_A_CALL, lambda operation: shares.get(operation, 0.0), seed)


def every_fault(seed: int, answer: float, line: float) -> Plan:
    """Every kind of the batch path at the beginning, and then some at random."""
    calls = dict.fromkeys(("upload", "create", "list", "retrieve", "content"), 0.1)
    plan = Plan(seed, **calls, batch=0.3, answer=answer, line=line)
    plan.then("create", None, *OF_A_CREATION)
    plan.then("content", None, *OF_A_DOWNLOAD)
    plan.then("batch", *OF_A_BATCH)
    plan.then("answer", *OF_AN_ANSWER)
    plan.then("line", ERROR_LINE)
    return plan


def never_injected(plan: Plan) -> set[str]:
    """The kinds of the batch path that a plan has not come to."""
    of = ("create", "content", "batch", "answer", "line")
    wanted = {f"{name} {fault.kind}" for name in of for fault in _KINDS[name]}
    return wanted - set(plan.injected)
