"""Figures and findings from measurements written down by hand."""

import pytest

from tarot.audit.figures import Audited, Kills, figures_of, kills_of_suites, steps_of
from tarot.audit.findings import FindingKind, Placed
from tarot.audit.judged import findings_in_runs
from tarot.audit.measured import Measured, MeasuredMutant, MeasuredTest
from tarot.audit.mutants import Operator
from tarot.audit.suites import facts_of
from tarot.types import Limits, Problem, TestCase, Tier, Verdict

LIMITS = Limits(cpu_s=1.0, wall_s=10.0, memory_mb=64, output_kb=64)
OK = (Verdict.ACCEPTED, Verdict.ACCEPTED)
TESTS = (
    TestCase("1", "1", Tier.BASIC),
    TestCase("22", "2", Tier.INTERMEDIATE),
    TestCase("3", "3", Tier.EDGE),
    TestCase("4", "4", None),
)
PROBLEM = Problem("p", "Print it.", TESTS, "print(1)")


def _mutant(*is_killed: int) -> MeasuredMutant:
    return MeasuredMutant(Operator.NUMBER, 1, tuple(map(bool, is_killed)))


def _audited(*tests: MeasuredTest, mutants: tuple[MeasuredMutant, ...] = ()) -> Audited:
    return Audited(PROBLEM, facts_of(PROBLEM), Measured("k", tests, mutants))


MUTANTS = (
    _mutant(1, 1, 0, 0),  # basic and intermediate
    _mutant(0, 1, 0, 0),  # intermediate alone
    _mutant(0, 1, 1, 1),  # intermediate, edge, original
    _mutant(0, 0, 0, 1),  # original alone
    _mutant(0, 0, 0, 0),
)
TIMES = (0.1, 0.2, 0.195, 0.5)
AUDITED = _audited(*(MeasuredTest(OK, cpu_s=cpu_s) for cpu_s in TIMES), mutants=MUTANTS)


def test_marginal_kills_are_those_of_no_lower_tier() -> None:
    kills = {one.tier: one.kills for one in figures_of([AUDITED], LIMITS)}
    assert kills == {
        Tier.BASIC: Kills(5, 1, 1, 0),
        Tier.INTERMEDIATE: Kills(5, 3, 2, 1),
        Tier.EDGE: Kills(5, 1, 0, 0),
        None: Kills(5, 2, 1, 1),
    }
    assert kills_of_suites([AUDITED]) == Kills(5, 4, 4, 4)


def test_difficulty_may_fall_by_noise_but_not_by_more() -> None:
    """Tiers without tests in a problem make no step: there is no complex one."""
    steps = {(one.measure, one.lower): one for one in steps_of([AUDITED])}
    assert steps["CPU time", Tier.BASIC].num_not_falling == 1
    assert steps["input size", Tier.BASIC].num_not_falling == 1
    assert steps["input size", Tier.COMPLEX].num_problems == 0
    slow_first = _audited(*(MeasuredTest(OK, cpu_s=cpu_s) for cpu_s in (0.3, 0.2, 0.2, 0.2)))
    assert {one.measure: one.num_not_falling for one in steps_of([slow_first])[::3]} == {
        "CPU time": 0,
        "input size": 1,
        "kill rate": 0,
    }


def test_what_could_not_be_judged_counts_nowhere() -> None:
    tiers = figures_of([AUDITED, Audited(PROBLEM, facts_of(PROBLEM), None)], LIMITS)
    basic = tiers[0]
    assert (basic.num_problems, basic.num_tests, basic.num_run, basic.num_passed) == (2, 2, 1, 1)
    assert basic.kills.num_mutants == 5
    assert basic.least_margin == pytest.approx(10)
    assert basic.cpu_s is not None
    assert basic.cpu_s.largest == 0.1


def test_findings_name_the_tests_that_they_are_of() -> None:
    tests = (
        MeasuredTest((Verdict.ACCEPTED, Verdict.TIME_LIMIT), is_steady=False),
        MeasuredTest(OK, cpu_s=0.6),
        MeasuredTest(OK, wall_s=9.0),
        MeasuredTest(OK),
    )
    result = Measured("k", tests, (_mutant(0, 0, 0, 0),) * 4)
    found = findings_in_runs(Placed("rows:1", PROBLEM), result, LIMITS, min_time_margin=2.0)
    assert {one.kind: one.detail for one in found} == {
        FindingKind.FAILING_REFERENCE: "test 0 (basic): time_limit",
        FindingKind.UNSTEADY: "test 0 (basic)",
        FindingKind.NEAR_LIMIT: (
            "test 1 (intermediate) has 1.7 times its time, test 2 (edge) has 1.1 times its time"
        ),
        FindingKind.WEAK: "4 were tried",
    }


def test_a_few_mutants_that_live_say_nothing() -> None:
    result = Measured("k", (MeasuredTest(OK),) * 4, (_mutant(0, 0, 0, 0),) * 3)
    assert list(findings_in_runs(Placed("rows:1", PROBLEM), result, LIMITS, 2.0)) == []
