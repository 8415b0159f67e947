"""Programs are run again where the log can't say what their tests would say now."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rewards.tiered import TieredReward
from tarot.grading.grader import Grader
from tarot.rescoring.columns import read_verdicts
from tarot.rescoring.execution import Regraded, regrade
from tarot.rescoring.rescore import Terms, logged_terms, rescore
from tarot.runs import RunDirectory
from tarot.runs.rollouts import Rollout, write_rollouts
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits, Problem, TestCase, TestResult, Tier, TierWeights, Verdict
from tests.rescoring.runs import policies

LIMITS = Limits(cpu_s=2.0, wall_s=20.0, memory_mb=256, output_kb=64)
REWARD = TieredReward({"code": 1.0})


@pytest.fixture
def grader() -> Iterator[Grader]:
    grader = Grader(LocalSandbox(slots=1), LIMITS)
    yield grader
    grader.close()


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """Of problem a: a program that prints 1, which was wrong, and no program; of b: one as well."""
    rows = [
        rollout("a", "print(1)", Verdict.WRONG_ANSWER),
        rollout("a", None, Verdict.NO_CODE),
        rollout("b", "print(1)", Verdict.WRONG_ANSWER),
    ]
    run = RunDirectory(tmp_path)
    write_rollouts(run, 1, rows)
    return run


def rollout(problem_id: str, program: str | None, verdict: Verdict) -> Rollout:
    return Rollout(
        step=1,
        progress=0.0,
        group=0,
        problem_id=problem_id,
        family=None,
        completion="text",
        program=program,
        truncated=False,
        results=(TestResult(Tier.BASIC, verdict),),
        reward=0.0,
        parts={"code": 0.0},
        weights=TierWeights({Tier.BASIC: 1.0}),
    )


def problem(problem_id: str) -> Problem:
    """It has one more test than the rollouts know of."""
    tests = (TestCase("", "1", Tier.BASIC), TestCase("", "2", Tier.EDGE))
    return Problem(problem_id, "Print 1.", tests)


def judged(run: RunDirectory, grader: Grader, *problem_ids: str) -> tuple[Regraded, list[str]]:
    told: list[str] = []
    problems = {problem_id: problem(problem_id) for problem_id in problem_ids}
    table = logged_terms(run, REWARD).table
    regraded = regrade(
        run, table, problems, grader, lambda done, total: told.append(f"{done}/{total}")
    )
    return regraded, told


def test_todays_tests_decide_and_what_the_data_lacks_keeps_its_verdicts(
    run: RunDirectory, grader: Grader
) -> None:
    regraded, told = judged(run, grader, "a")
    passes = read_verdicts(regraded.table).passes
    assert [passes.values[number] for number in passes.of] == [
        {Tier.BASIC: 1.0, Tier.EDGE: 0.0},
        {Tier.BASIC: 0.0, Tier.EDGE: 0.0},
        {Tier.BASIC: 0.0},
    ]
    assert (regraded.num_rows, regraded.num_kept, regraded.num_unjudged) == (2, 1, 0)
    assert told == ["1/2", "2/2"]


def test_rewards_follow_the_new_verdicts(run: RunDirectory, grader: Grader) -> None:
    """Of a one of two programs passes the basic test, b was not judged anew: a mean of a third."""
    regraded, _ = judged(run, grader, "a")
    chosen = {name: policies()[name] for name in ("basic_only", "edge_only")}
    rescored = rescore(run, logged_terms(run, REWARD), chosen, Terms(REWARD, regraded.table))
    assert rescored.original.reward == 0.0
    basic, edge = rescored.policies
    assert basic.reward == pytest.approx(1 / 3)
    assert (edge.reward, edge.num_rewarded) == (0.0, 2)


def test_a_completion_that_cannot_be_judged_is_left_out(run: RunDirectory) -> None:
    sandbox = LocalSandbox(slots=1)
    grader = Grader(sandbox, LIMITS)
    grader.close()
    regraded, _ = judged(run, grader, "a", "b")
    assert regraded.num_unjudged == 2
    assert read_verdicts(regraded.table).is_judged.tolist() == [False, True, False]
    chosen = {"basic_only": policies()["basic_only"]}
    (basic,) = rescore(
        run, logged_terms(run, REWARD), chosen, Terms(REWARD, regraded.table)
    ).policies
    assert basic.num_rewarded == 1
