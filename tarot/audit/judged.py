"""What the measurement of a problem means: findings that need its programs run."""

from collections.abc import Iterator, Sequence

from tarot.audit.findings import Finding, FindingKind, Placed
from tarot.audit.measured import Measured, MeasuredTest
from tarot.audit.suites import TestFacts
from tarot.audit.trivial import Trivial
from tarot.types import Limits, TestCase, Verdict

# Of fewer, all may do the same as the reference.
_MIN_MUTANTS = 4


def findings_in_suite(placed: Placed, facts: Sequence[TestFacts]) -> Iterator[Finding]:
    """What a problem's suite shows by itself."""
    tests = placed.problem.tests
    again = [
        f"{_name(tests, number)} has the input of "
        + ("the original test" if one.is_original else _name(tests, one.repeats or 0))
        for number, one in enumerate(facts)
        if one.is_original or one.repeats is not None
    ]
    shown = [
        _name(tests, number)
        for number, one in enumerate(facts)
        if one.is_shown and tests[number].tier is not None
    ]
    empty = [_name(tests, number) for number, one in enumerate(facts) if one.is_empty]
    if placed.problem.reference is None:
        yield placed.finding(FindingKind.NO_REFERENCE, "nothing confirms what its tests expect")
    yield from _told(placed, FindingKind.REPEATED_TEST, again)
    yield from _told(placed, FindingKind.SHOWN_TEST, shown)
    yield from _told(placed, FindingKind.EMPTY_OUTPUT, empty)
    if facts and all(one.is_constant for one in facts):
        yield placed.finding(FindingKind.UNSOLVED, "all its tests expect the same output")


def findings_in_runs(
    placed: Placed, result: Measured | None, limits: Limits, min_time_margin: float
) -> Iterator[Finding]:
    """What was found by running a problem's programs; None is a result that could not be had."""
    if result is None:
        detail = "the sandbox lost a program of it, or a checker did not end; try it again"
        yield placed.finding(FindingKind.UNJUDGED, detail)
        return
    tests = placed.problem.tests
    runs = list(enumerate(result.tests))
    yield from _told(
        placed,
        FindingKind.FAILING_REFERENCE,
        [f"{_name(tests, n)}: {_worst(one)}" for n, one in runs if not one.is_passed],
    )
    unsteady = [_name(tests, n) for n, one in runs if not one.is_steady]
    yield from _told(placed, FindingKind.UNSTEADY, unsteady)
    near = [
        f"{_name(tests, n)} has {margin_of(one, limits):.1f} times its time"
        for n, one in runs
        if one.is_passed and margin_of(one, limits) < min_time_margin
    ]
    yield from _told(placed, FindingKind.NEAR_LIMIT, near)
    yield from _trivial(placed, result)
    is_enough = len(result.mutants) >= _MIN_MUTANTS
    if is_enough and not any(any(mutant.is_killed) for mutant in result.mutants):
        yield placed.finding(FindingKind.WEAK, f"{len(result.mutants)} were tried")


def margin_of(test: MeasuredTest, limits: Limits) -> float:
    """How many times the reference's slowest run fits into the limits, CPU and wall."""
    shares = (test.cpu_s / limits.cpu_s, test.wall_s / limits.wall_s)
    return 1 / max(*shares, 1e-9)


def _trivial(placed: Placed, result: Measured) -> Iterator[Finding]:
    """A kind of program that passes the whole suite, or the single tests that some pass."""
    for kind in Trivial:
        if result.tests and all(kind in test.passed_by for test in result.tests):
            yield placed.finding(FindingKind.UNSOLVED, f"the {kind} program passes all its tests")
            return
    passed = [
        f"{_name(placed.problem.tests, number)} by the {' and the '.join(test.passed_by)} program"
        for number, test in enumerate(result.tests)
        if test.passed_by
    ]
    yield from _told(placed, FindingKind.TRIVIAL_TEST, passed)


def _told(placed: Placed, kind: FindingKind, details: Sequence[str]) -> Iterator[Finding]:
    if details:
        yield placed.finding(kind, ", ".join(details))


def _name(tests: Sequence[TestCase], number: int) -> str:
    tier = tests[number].tier
    return f"test {number}{f' ({tier})' if tier else ''}"


def _worst(test: MeasuredTest) -> Verdict:
    return next(verdict for verdict in test.verdicts if verdict is not Verdict.ACCEPTED)
