"""`tarot compare` on runs whose outcomes are written as training writes them."""

import csv
from dataclasses import replace
from math import hypot
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.evaluation.scores import write_score
from tarot.metrics.seeds import power
from tests.evaluation.compared_runs import (
    ALL,
    NONE,
    compared,
    figure,
    score_of,
    solved,
    write_run,
    write_seeds,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_two_runs_are_compared_problem_by_problem(capsys: pytest.CaptureFixture[str]) -> None:
    """Of four problems two are gained and one lost: after one more of each 3 and 2 of 6.

    The centre is 1/6, the variance (5/6 - 1/36) / 6 = .134259, its root .366414 times 1.959964.
    """
    before = {"p0": [NONE], "p1": [NONE], "p2": [ALL], "p3": [ALL]}
    after = {"p0": [ALL], "p1": [ALL], "p2": [NONE], "p3": [ALL]}
    write_run(Path("old"), before, seed=1)
    write_run(Path("new"), after, seed=2)
    plain = compared("a=old", "b=new")
    shown = capsys.readouterr().out
    suite = figure(plain, "suite")
    assert (suite["a"]["mean"], suite["b"]["mean"]) == (0.5, 0.75)
    estimate = suite["difference"]["estimate"]
    assert (estimate["mean"], estimate["num_clusters"]) == (0.25, 4)
    assert (estimate["low"], estimate["high"]) == pytest.approx((-0.551492, 0.884826), abs=1e-6)
    assert [one["name"] for one in plain["figures"]] == [
        *("basic", "intermediate", "complex", "edge", "suite"),
    ]
    assert "these two checkpoints, not the methods: one run each, problem by problem" in shown
    assert "5 intervals of 95% each; nothing is adjusted for their number." in shown
    assert "The sides have the same settings, seeds apart." in shown
    assert suite["difference"]["p"] is suite["adjusted"] is None


def test_the_detectable_difference_of_two_runs_has_the_power_that_it_says() -> None:
    """The differences 1, 1, -1, 0 deviate by the root of 2.75 / 3."""
    write_run(Path("old"), {"p0": [NONE], "p1": [NONE], "p2": [ALL], "p3": [ALL]}, seed=1)
    write_run(Path("new"), {"p3": [ALL], "p2": [NONE], "p1": [ALL], "p0": [ALL]}, seed=1)
    found = figure(compared("a=old", "b=new"), "suite")["difference"]["detectable"]
    assert power(found, (2.75 / 3) ** 0.5, 4) == pytest.approx(0.8)


def test_samples_of_a_problem_are_one_cluster() -> None:
    """Problems differ by 1 and 0: mean .5, and t(1, .975) = 12.7 times .5 goes past both ends."""
    write_run(Path("old"), {"p": [NONE, NONE], "q": [ALL, NONE]}, seed=1)
    write_run(Path("new"), {"p": [ALL, ALL], "q": [NONE, ALL]}, seed=1)
    estimate = figure(compared("a=old", "b=new"), "suite")["difference"]["estimate"]
    assert estimate == {
        "mean": 0.5,
        "low": -1.0,
        "high": 1.0,
        "num_clusters": 2,
        "num_samples": 8,
    }


def test_a_tier_is_the_share_of_its_tests() -> None:
    write_run(Path("old"), {"p": [(1.0, 0.5, 0.0, 0.0)], "q": [(1.0, 0.5, 0.0, 0.0)]}, seed=1)
    write_run(Path("new"), {"p": [(1.0, 1.0, 0.0, 0.0)], "q": [(0.0, 1.0, 0.0, 0.0)]}, seed=1)
    plain = compared("a=old", "b=new")
    means = {one["name"]: one["difference"]["estimate"]["mean"] for one in plain["figures"]}
    assert means == {"basic": -0.5, "intermediate": 0.5, "complex": 0.0, "edge": 0.0, "suite": 0.0}
    assert (
        "No width: all pairs differ alike, which can be chance where they are few."
        in (plain["remarks"])
    )


def test_methods_are_paired_by_their_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    """.5 .5 .9 less .4 .3 .6: as in tests/metrics, and Holm's first step of five takes five p."""
    old, new = write_seeds("old", 4, 3, 6), write_seeds("new", 5, 5, 9)
    plain = compared(f"a={old}", f"b={new}")
    shown = capsys.readouterr().out
    suite = figure(plain, "suite")
    difference = suite["difference"]
    assert difference["estimate"]["mean"] == pytest.approx(0.2)
    assert (difference["estimate"]["low"], difference["estimate"]["high"]) == pytest.approx(
        (-0.048414, 0.448414), abs=1e-6
    )
    assert difference["estimate"]["num_clusters"] == 3
    assert difference["p"] == pytest.approx(0.074180, abs=1e-6)
    assert suite["adjusted"] == pytest.approx(5 * 0.074180, abs=1e-5)
    assert power(difference["detectable"], 0.1, 3) == pytest.approx(0.8)
    assert (plain["a"]["seeds"], plain["b"]["seeds"]) == ([1, 2, 3], [1, 2, 3])
    for text in (
        "the methods on these problems: Student's t over paired seeds",
        "Holm: p-values that hold for all 5 figures together.",
        "a: 3 seeds (1, 2, 3): old-1, old-2, old-3",
        "3 seeds",
    ):
        assert text in shown


def test_seeds_without_a_partner_are_left_out_and_named() -> None:
    old, new = write_seeds("old", 4, 3, 6), write_seeds("new", 5, 9, first=2)
    plain = compared(f"a={old}", f"b={new}")
    assert figure(plain, "suite")["difference"]["estimate"]["mean"] == pytest.approx(0.25)
    assert "Left out of a, without a partner: seed 1." in plain["remarks"]
    assert plain["b"]["seeds"] == [2, 3]


def test_methods_without_a_common_seed_are_not_paired() -> None:
    """Means .5 and .75 with intervals [0, 1] and [.114690, 1], as t(1, .975) = 12.7062 times .05.

    The difference reaches from .25 - hypot(.635310, .5) to .25 + hypot(.25, .5).
    """
    old, new = write_seeds("old", 4, 6), write_seeds("new", 7, 8, first=3)
    difference = figure(compared(f"a={old}", f"b={new}"), "suite")["difference"]
    estimate = difference["estimate"]
    assert estimate["mean"] == pytest.approx(0.25)
    ends = (0.25 - hypot(0.635310, 0.5), 0.25 + hypot(0.25, 0.5))
    assert (estimate["low"], estimate["high"]) == pytest.approx(ends, abs=1e-6)
    assert (difference["p"], difference["detectable"]) == (None, None)
    assert "none of which both sides have" in difference["basis"]


def test_of_other_numbers_of_problems_those_that_both_have_count() -> None:
    write_run(Path("old"), solved(1, of=2), seed=1, evaluation={"problems": 2})
    write_run(Path("new"), solved(2, of=4), seed=1, evaluation={"problems": 4})
    suite = figure(compared("a=old", "b=new"), "suite")
    assert (suite["a"]["mean"], suite["b"]["mean"]) == (0.5, 1.0)
    assert suite["difference"]["estimate"]["num_clusters"] == 2


def test_problems_that_each_drew_for_itself_are_not_paired() -> None:
    """Wilson's intervals of 1 and 3 of 4, each the other's mirror image, and Newcombe's of both."""
    write_run(Path("old"), solved(1, of=4), seed=1, data={"seed": 1}, data_hash="a" * 64)
    write_run(Path("new"), solved(3, of=4), seed=2, data={"seed": 2}, data_hash="b" * 64)
    plain = compared("a=old", "b=new")
    estimate = figure(plain, "suite")["difference"]["estimate"]
    low, high = 0.045587, 0.699358  # of 1 of 4, by Wilson's formula with z = 1.959964
    assert estimate["mean"] == 0.5
    assert estimate["low"] == pytest.approx(0.5 - 2**0.5 * (high - 0.25), abs=1e-5)
    assert estimate["high"] == pytest.approx(0.5 + 2**0.5 * (0.25 - low), abs=1e-5)
    assert "as if their problems were not the same" in figure(plain, "suite")["difference"]["basis"]
    assert (
        "The two sides drew other problems from one source, so these are not paired."
        in (plain["remarks"])
    )


def test_seeds_stay_paired_where_each_run_drew_its_problems() -> None:
    for seed in (1, 2):
        for name, letter in (("old", "a"), ("new", "b")):
            write_run(
                Path(f"{name}-{seed}"),
                solved(seed, of=4),
                seed=seed,
                data={"seed": f"{letter}{seed}"},
                data_hash=f"{letter}{seed}" * 32,
            )
    plain = compared("a=[old-*]", "b=[new-*]")
    assert "Student's t over paired seeds" in figure(plain, "suite")["difference"]["basis"]
    assert (
        "Runs drew other problems from one source, by which their figures differ too."
        in (plain["remarks"])
    )


def test_other_settings_are_named_seeds_apart(capsys: pytest.CaptureFixture[str]) -> None:
    trainer = {"beta": 0.1, "learning_rate": 1e-5}
    write_run(Path("old"), solved(1, of=2), seed=1, trainer={**trainer, "logging_steps": 3})
    write_run(Path("new"), solved(1, of=2), seed=2, trainer={**trainer, "beta": 0.2})
    plain = compared("a=old", "b=new")
    assert plain["settings"] == {"trainer.beta": {"a": "0.1", "b": "0.2"}}
    assert "trainer.beta" in capsys.readouterr().out


def test_runs_of_a_side_that_differ_among_themselves_are_told() -> None:
    old = write_seeds("old", 4, 6)
    new = write_seeds("new", 5, trainer={"beta": 0.1})
    write_seeds("new", 7, first=2, trainer={"beta": 0.2})
    plain = compared(f"a={old}", f"b={new}")
    assert "b: its runs differ among themselves in trainer.beta." in plain["remarks"]
    assert plain["b"]["differing"] == ["trainer.beta"]
    assert plain["a"]["differing"] == []


def test_without_a_the_runs_are_compared_with_what_they_were() -> None:
    write_run(Path("new"), solved(3, of=4), before=solved(1, of=4), seed=1)
    suite = figure(compared("b=new"), "suite")
    assert (suite["a"]["mean"], suite["b"]["mean"]) == (0.25, 0.75)
    assert suite["difference"]["estimate"]["mean"] == 0.5


def test_benchmarks_that_all_have_are_compared_besides() -> None:
    old, new = write_seeds("old", 4, 6), write_seeds("new", 5, 7)
    for seed, late in ((1, [1.0, 1.0]), (2, [1.0, 0.0])):
        write_score(Path(f"old-{seed}"), score_of("mbpp", [1.0, 0.0], seed=seed), "0123456789ab")
        write_score(Path(f"new-{seed}"), score_of("mbpp", late, seed=seed + 2), "0123456789ab")
    plain = compared(f"a={old}", f"b={new}", "benchmark=[mbpp]")
    found = figure(plain, "pass@1", "mbpp")
    assert found["difference"]["estimate"]["mean"] == 0.25
    assert len(plain["figures"]) == 6
    p_values = sorted(one["difference"]["p"] for one in plain["figures"])
    assert p_values[-1] == found["difference"]["p"] == pytest.approx(0.5)  # t = 1 with one degree
    assert found["adjusted"] == pytest.approx(0.5)


def test_scores_of_other_steps_are_told() -> None:
    """Each run's last counts: what is left out is said, and that it is another step than b's."""
    for place, *steps in (("old", 2, 4), ("new", 2)):
        write_run(Path(place), solved(1, of=2), seed=1)
        for step in steps:
            score = score_of("mbpp", [1.0, 0.0])
            late = replace(score, inputs={**score.inputs, "checkpoint": {"step": step}})
            write_score(Path(place), late, f"00000000000{step}")
    remarks = compared("a=old", "b=new", "benchmark=mbpp")["remarks"]
    assert "old: scores of step 2, not the last evaluated, are left out: mbpp." in remarks
    assert "mbpp was measured after different steps: old after step 4, new after step 2." in remarks


def test_the_csv_has_a_line_a_figure() -> None:
    write_run(Path("old"), solved(1, of=2), seed=1)
    write_run(Path("new"), solved(2, of=2), seed=1)
    assert main(["compare", "a=old", "b=new", "out=found.csv"]) == 0
    rows = list(csv.DictReader(Path("found.csv").read_text().splitlines()))
    assert [row["figure"] for row in rows][-1] == "suite"
    assert (rows[-1]["a"], rows[-1]["b"], rows[-1]["difference"]) == ("0.5", "1.0", "0.5")
    assert rows[-1]["p"] == ""
