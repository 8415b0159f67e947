"""What the main table says of methods, of the best, and of the paper's own figures."""

from pathlib import Path

import pytest

from experiments.paper import baselines, beta, epochs, length, main, reward_curves, temperature
from experiments.paper import weights as weights_table
from experiments.paper.published import FILE, read_published
from experiments.paper.reading import read_entries
from experiments.paper.table import build_table
from tarot.evaluation.scores import write_score
from tarot.runs import write_json
from tarot.types import UserError
from tests.experiments.paper_runs import config_of, score_of, write_run, write_scores

TABLES = (main, weights_table, baselines, beta, temperature, epochs, reward_curves, length)
MODEL = "qwen3-4b"


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of 20 problems the rule solves 12, 13 and 14 under three seeds, and average always 10.

    Two curricula have one run each: forward_ce solves 12 and has the lower score of the tiers.
    """
    folder = tmp_path_factory.mktemp("claims")
    for seed, num_solved in zip((1, 2, 3), (12, 13, 14), strict=True):
        rule = write_run(folder, config_of(MODEL, "adaptive", seed))
        write_scores(rule.path, num_solved, 20)
        write_json(rule.decision_path, {"chosen": "forward_bi"})
        write_scores(write_run(folder, config_of(MODEL, "average", seed)).path, 10, 20)
    for policy, num_solved, tiers in (("forward_ce", 12, 0.0), ("reversed_ce", 10, 1.0)):
        run = write_run(folder, config_of(MODEL, policy))
        write_scores(run.path, num_solved, 20)
        write_score(run.path, score_of("tiers", [tiers]), "0123456789ab")
    return build_table(read_entries(sorted(folder.iterdir())), main.SPEC).document.to_markdown()


def test_several_seeds_speak_of_the_method(text: str) -> None:
    """The deviation of 0.6, 0.65, 0.7 is 0.05, and t(2) is 4.303: give or take 12.4 points."""
    assert f"| {MODEL} | adaptive | 3 | 65.0 [52.6, 77.4] | " in text
    assert f"| {MODEL} | average | 3 | 50.0 [50.0, 50.0] | " in text
    assert f"| {MODEL} | forward_ce | 1 | 60.0 [38.7, 78.1]† | " in text
    assert f"- {MODEL}: adaptive took forward_bi (seed 1, 2, 3)." in text


def test_the_family_is_tested_over_paired_seeds(text: str) -> None:
    """With t = 0.15 / 0.0289, p is 1 - t / sqrt(t^2 + 2) = 0.0351, times 27 comparisons 0.948."""
    row = f"| {MODEL} | adaptive less average | 3 | +15.0 | [+2.6, +27.4] | 0.035 | 0.948 | no |"
    assert row in text
    assert (
        f"- Missing: forward_ce less reversed_ce, of {MODEL}: 1 of 3 seeds have all benchmarks "
        "under forward_ce and reversed_ce."
    ) in text


def test_the_best_stands_beside_what_the_tiers_choose(text: str) -> None:
    assert (
        f"| {MODEL} | HumanEval | forward_ce | 60.0 [38.7, 78.1] | reversed_ce | tiers | "
        "50.0 [29.9, 70.1] | +10.0 |"
    ) in text


def test_what_was_told_stands_under_its_own_title_alone(text: str) -> None:
    before, told = text.split("**Told by readers of the paper, second-hand")
    assert "No result of this table could be read in the paper" in before
    for known in read_published(main.SPEC.folder).told:
        if known.value is not None:
            assert known.value in told
            assert known.value not in before


def test_every_table_says_what_is_known_of_it() -> None:
    known = {table.SPEC.folder.name: read_published(table.SPEC.folder) for table in TABLES}
    assert len(known) == 8
    assert [
        one.what for found in known.values() for one in found.seen if one.kind == "result"
    ] == []


def test_a_wrong_key_of_what_is_known_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("seen: []\ntold: [{kind: rumour, what: x, source: y}]\n")
    with pytest.raises(UserError, match=r"published.yaml: told.0.kind: "):
        read_published(tmp_path)
