import pytest

from tarot.bench.anatomy import Anatomy, Fork, dissect
from tarot.bench.fairness import FairnessRun
from tarot.bench.programs import ProgramRuns
from tarot.bench.requirements import (
    Bound,
    Requirement,
    bare_fork_requirement,
    batch_requirements,
    fairness_requirement,
    program_requirements,
    timeout_requirement,
)
from tarot.bench.rewards import BatchName, BatchRun
from tarot.bench.ways import Way
from tarot.types import Verdict

ANATOMY = Anatomy(
    num_runs=100,
    bare_fork=Fork(parent_ms=0.25, child_ms=0.75),
    running_fork=Fork(parent_ms=0.5, child_ms=1.0),
    program_ms=1.75,
    slot_ms=0.75,
    caller_ms=0.5,
)


def program_runs(way: Way, runs_per_s: float, cpu_ms: float) -> ProgramRuns:
    return ProgramRuns("trivial", way, 2, 100, 0, runs_per_s, cpu_ms, 100, 1.0, 2.0)


def batch_run(batch: BatchName, way: Way, wall_s: float, cpu_s: float) -> BatchRun:
    return BatchRun(batch, way, 2, 448, 314, 448, 1570, wall_s, cpu_s, {})


def test_a_trivial_run_is_compared_with_a_bare_fork() -> None:
    requirement = bare_fork_requirement(ANATOMY)

    assert requirement.figure == 3.0
    assert (requirement.bound, requirement.required, requirement.holds) == ("at most", 4.0, True)


def test_the_parts_of_a_trivial_run_are_all_of_it() -> None:
    assert list(ANATOMY.parts_ms().values()) == [0.25, 0.75, 0.5, 0.75, 0.25, 0.5]
    assert sum(ANATOMY.parts_ms().values()) == ANATOMY.total_ms == 3.0


def test_programs_are_compared_with_the_published_way_alone() -> None:
    runs = [
        program_runs(Way.SANDBOX, 300.0, 4.0),
        program_runs(Way.SUBPROCESS, 120.0, 14.0),
        program_runs(Way.PROCESS_POOL, 1.0, 1.0),
    ]

    (requirement,) = program_requirements(runs)
    assert (requirement.figure, requirement.by_cpu) == (2.5, 3.5)
    assert (requirement.required, requirement.holds) == (3.0, False)


def test_a_batch_without_duplicates_is_shown_and_not_required() -> None:
    runs = [
        batch_run(batch, way, wall_s, 2 * wall_s)
        for batch in (BatchName.REALISTIC, BatchName.DISTINCT)
        for way, wall_s in ((Way.SANDBOX, 5.0), (Way.SUBPROCESS, 35.0))
    ]

    realistic, distinct = batch_requirements(runs)
    assert (realistic.figure, realistic.required, realistic.holds) == (7.0, 6.0, True)
    assert (distinct.figure, distinct.required, distinct.holds) == (7.0, None, None)


def test_timeouts_are_compared_with_their_limits_and_the_rest() -> None:
    whole = batch_run(BatchName.TIMEOUTS, Way.SANDBOX, 50.0, 96.0)
    rest = batch_run(BatchName.REST, Way.SANDBOX, 3.0, 5.0)

    requirement = timeout_requirement(whole, rest, limits_s=75.0)
    assert requirement.figure == 1.2
    assert not requirement.holds


def test_only_right_programs_that_were_too_slow_are_false_timeouts() -> None:
    verdicts = {Verdict.ACCEPTED: 22, Verdict.TIME_LIMIT: 2, Verdict.INFRASTRUCTURE: 1}
    requirement = fairness_requirement(FairnessRun(Way.SANDBOX, 2, 25, 1.0, 1.0, verdicts))

    assert (requirement.figure, requirement.required, requirement.holds) == (2, 0.0, False)


@pytest.mark.parametrize(
    ("bound", "figure", "holds"),
    [
        (Bound.AT_LEAST, 3.0, True),
        (Bound.AT_LEAST, 2.9, False),
        (Bound.AT_MOST, 3.0, True),
        (Bound.AT_MOST, 3.1, False),
    ],
)
def test_a_bound_belongs_to_its_side(bound: Bound, figure: float, holds: bool) -> None:
    assert Requirement("a", 1, figure, None, bound, 3.0).holds is holds


def test_a_real_run_costs_more_than_a_fork_that_does_nothing() -> None:
    anatomy = dissect(num_runs=30)

    assert 0 < anatomy.bare_fork.total_ms < anatomy.running_fork.total_ms
    assert anatomy.program_ms > 0
    assert anatomy.caller_ms > 0
