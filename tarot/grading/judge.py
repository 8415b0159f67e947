"""The verdict of one test, outside the sandbox."""

from tarot.grading.comparators import Rule, same_tokens
from tarot.types import Execution, StopReason, Verdict

_STOPPED = {
    StopReason.TIME: Verdict.TIME_LIMIT,
    StopReason.MEMORY: Verdict.MEMORY_LIMIT,
    StopReason.OUTPUT: Verdict.OUTPUT_LIMIT,
    StopReason.SECURITY: Verdict.SECURITY,
    StopReason.INFRASTRUCTURE: Verdict.INFRASTRUCTURE,
}


def judge(execution: Execution, expected: bytes | str, rule: Rule = same_tokens) -> Verdict:
    """What an execution is worth; a failing exit code outweighs a right output."""
    if execution.stopped_by is not None:
        return _STOPPED[execution.stopped_by]
    if execution.exit_code != 0:
        return Verdict.RUNTIME_ERROR
    wanted = expected.encode("utf-8", "surrogatepass") if isinstance(expected, str) else expected
    right = rule(execution.stdout, wanted)
    return Verdict.ACCEPTED if right else Verdict.WRONG_ANSWER
