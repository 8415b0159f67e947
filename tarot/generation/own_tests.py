"""Whether a problem's solutions pass its own tests, before anybody is paid for more of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from tarot.generation.bases import Base, Drop
from tarot.generation.checking import Checker, fault_of, rule_for
from tarot.generation.suites import Fault
from tarot.generation.trials import NUM_RUNS, reference_trial, run_trials
from tarot.grading.judge import judge
from tarot.types import Execution, TestCase, Verdict

MAX_OWN_TESTS = 5
_REASONS = {Fault.FLAKY: Drop.FLAKY_REFERENCE, Fault.TOO_SLOW: Drop.SLOW_REFERENCE}


@dataclass(frozen=True, slots=True)
class OwnTests:
    """What the solutions of a problem make of its own tests.

    `accepted` numbers those that pass; `reason` says why the problem can't be used, or is None.
    """

    accepted: tuple[int, ...]
    reason: Drop | None
    detail: str


def try_own_tests(checker: Checker, bases: Sequence[Base]) -> list[OwnTests]:
    """Each problem's solutions on its first few tests; raises SandboxOutage."""
    trials = [
        reference_trial(base.references, test.kind, test.stdin, checker.limits)
        for base in bases
        for test in _tests(base)
    ]
    runs = iter(run_trials(checker.sandbox, trials))
    return [_found(checker, base, [next(runs) for _ in _tests(base)]) for base in bases]


def _tests(base: Base) -> tuple[TestCase, ...]:
    return base.problem.tests[:MAX_OWN_TESTS]


def _found(checker: Checker, base: Base, runs: Sequence[Sequence[Execution]]) -> OwnTests:
    accepted = set(range(len(base.references)))
    for number, (test, executions) in enumerate(zip(_tests(base), runs, strict=True)):
        rule = rule_for(test.kind, checker.comparator)
        fault = fault_of(executions[:NUM_RUNS], rule)
        if fault is not None and fault[0] is not Fault.NO_OUTPUT:
            reason = _REASONS.get(fault[0], Drop.REFERENCE_REFUSED)
            return OwnTests((), reason, f"test {number}: {fault[1]}")
        verdict = judge(executions[0], test.expected, rule)
        if verdict is not Verdict.ACCEPTED:
            return OwnTests((), Drop.REFERENCE_REFUSED, f"test {number}: {verdict}")
        for place, execution in enumerate(executions[NUM_RUNS:], start=1):
            if judge(execution, test.expected, rule) is not Verdict.ACCEPTED:
                accepted.discard(place)
    return OwnTests(tuple(sorted(accepted)), None, "")
