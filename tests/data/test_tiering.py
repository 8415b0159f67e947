"""Suites without tiers get a single one, or four by how often their tests are passed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tarot.data.lazy import heavy
from tarot.data.tiering import Tiering, TierRule, by_pass_rate
from tarot.runs import RunDirectory
from tarot.runs.rollouts import Rollout, write_rollouts
from tarot.types import Problem, TestCase, TestResult, Tier, TierWeights, UserError, Verdict

pa = heavy("pyarrow")
pq = heavy("pyarrow.parquet")
B, M, C, E = Tier
ACCEPTED, WRONG, LOST = Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.INFRASTRUCTURE


def suite(number: int) -> tuple[TestCase, ...]:
    return tuple(TestCase(str(place), "", None) for place in range(number))


def tiers(problem: Problem) -> list[Tier | None]:
    return [test.tier for test in problem.tests]


PLAIN = Problem("plain", "", suite(4))
TIERED = Problem("tiered", "", (TestCase("", "", Tier.EDGE), TestCase("", "", None)))


def test_without_a_rule_nothing_changes() -> None:
    assert TierRule(None, None).apply([PLAIN, TIERED]) == (PLAIN, TIERED)


def test_a_single_tier_is_basic_and_given_to_suites_without_any() -> None:
    plain, tiered = TierRule(Tiering.SINGLE, None).apply([PLAIN, TIERED])
    assert tiers(plain) == [B, B, B, B]
    assert tiered == TIERED


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([0.1, 0.9, 0.5, 0.3], [E, B, M, C]),
        ([0.5, 0.5, 0.5, 0.5], [B, M, C, E]),
        ([0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0], [C, B, C, B, E, M, E, M]),
        ([1.0, 0.8, 0.6, 0.4, 0.2], [B, B, M, C, E]),
        ([1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [B, B, M, M, C, C, E]),
        ([0.2, 0.4, 0.6], [C, M, B]),
        ([0.2, 0.4], [M, B]),
        ([0.0], [B]),
    ],
)
def test_tests_are_cut_into_four_parts_from_the_most_passed_on(
    rates: list[float], expected: list[Tier]
) -> None:
    tests = suite(len(rates))
    found = by_pass_rate(tests, rates)
    assert [test.tier for test in found] == expected
    assert [replace(test, tier=None) for test in found] == list(tests)


def written(path: Path, *lines: dict[str, Any] | str) -> str:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")
    return str(path)


def line(test: int, passed: int, total: int = 10, problem: str = "plain") -> dict[str, Any]:
    return {"problem": problem, "test": test, "passed": passed, "total": total}


def by_rates(path: str) -> TierRule:
    return TierRule(Tiering.BY_PASS_RATE, path)


def test_rates_in_lines_add_up(tmp_path: Path) -> None:
    """The rates are 0.4, 0.3, 0.5 and 1."""
    path = written(
        tmp_path / "r.jsonl", line(3, 10), line(0, 4), line(2, 0), line(1, 3, total=10), line(2, 10)
    )
    plain, tiered = by_rates(path).apply([PLAIN, TIERED])
    assert tiers(plain) == [C, E, M, B]
    assert tiered == TIERED


def rollout(problem: str, *verdicts: Verdict) -> Rollout:
    return Rollout(
        step=1,
        progress=0.0,
        group=0,
        problem_id=problem,
        family=None,
        completion="",
        program=None,
        truncated=False,
        results=tuple(TestResult(None, verdict) for verdict in verdicts),
        reward=None,
        parts={},
        weights=TierWeights({}),
    )


def test_rates_of_a_run_are_those_of_its_judged_completions(tmp_path: Path) -> None:
    """Of two judged completions the tests pass 0, 2, 1 and 0."""
    run = RunDirectory(tmp_path)
    write_rollouts(run, 1, [rollout("plain", WRONG, ACCEPTED, WRONG, WRONG), rollout("x", WRONG)])
    write_rollouts(
        run,
        2,
        [
            rollout("plain", WRONG, ACCEPTED, ACCEPTED, WRONG),
            *[rollout("plain", ACCEPTED, LOST, LOST, ACCEPTED)] * 3,
        ],
    )
    [plain] = by_rates(str(tmp_path)).apply([PLAIN])
    assert tiers(plain) == [C, B, M, E]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([line(0, 1, problem="p")], "{path}: nothing on problem plain; measure it too, or, if it "),
        (
            [line(0, 1), line(1, 1), line(2, 1)],
            "{path}: problem plain has 4 tests, from 0 to 3, and the file has 0, 1, 2",
        ),
        (
            [line(test, 1) for test in range(5)],
            "{path}: problem plain has 4 tests, from 0 to 3, and the file has 0, 1, 2, 3, 4",
        ),
        ([line(0, 11)], "{path}:1: passed: 11 of 10"),
        ([line(0, 0, total=0)], "{path}:1: total: Input should be greater than 0"),
        ([line(-1, 0)], "{path}:1: test: Input should be greater than or equal to 0"),
        ([{**line(0, 1), "rate": 0.1}], "{path}:1: rate: Extra inputs are not permitted"),
    ],
)
def test_faulty_rates_are_one_line_that_names_the_key(
    tmp_path: Path, lines: list[dict[str, Any]], message: str
) -> None:
    path = written(tmp_path / "r.jsonl", *lines)
    with pytest.raises(UserError) as caught:
        by_rates(path).apply([PLAIN])
    assert str(caught.value).startswith("data.pass_rates: " + message.format(path=path))


def test_places_without_rates_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "rollouts").mkdir()
    with pytest.raises(UserError, match=r"^data\.pass_rates: nowhere: no such file; name a run "):
        by_rates("nowhere").check()
    with pytest.raises(UserError, match=rf"^data\.pass_rates: {tmp_path}: no rollouts/\*\.parquet"):
        by_rates(str(tmp_path)).check()
    file = tmp_path / "rollouts" / "step-000001.parquet"
    file.write_text("no parquet")
    with pytest.raises(UserError, match=r"^data\.pass_rates: .*000001\.parquet: no rollouts \("):
        by_rates(str(tmp_path)).apply([PLAIN])
    pq.write_table(pa.table({"a": [1]}), file)
    with pytest.raises(UserError, match=r"^data\.pass_rates: .*000001\.parquet: no rollouts \("):
        by_rates(str(tmp_path)).apply([PLAIN])


@pytest.mark.parametrize(
    "rule",
    [TierRule(Tiering.BY_PASS_RATE, None), TierRule(Tiering.SINGLE, "x"), TierRule(None, "x")],
)
def test_one_setting_without_the_other_is_refused(rule: TierRule) -> None:
    with pytest.raises(UserError, match=r"^data\.pass_rates: (None|x); it is a run directory or "):
        rule.check()
