"""Which runs stand in which row of a table of the paper, and which are refused by name."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.paper import beta, main, weights
from experiments.paper.cells import difference_cell
from experiments.paper.fairness import unlike_entries
from experiments.paper.grid import Row, arrange
from experiments.paper.naming import ADAPTIVE, BINARY, UNTUNED, policy_name
from experiments.paper.reading import WITHOUT_RUN, read_entries
from experiments.paper.settings import PUBLISHED, Setting, setting_of
from experiments.paper.table import build_table
from tarot.evaluation.scores import write_score
from tarot.runs import prepare, write_json
from tarot.types import UserError
from tests.experiments.paper_runs import (
    FINGERPRINT,
    composed,
    config_of,
    score_of,
    write_run,
    write_untuned,
)

MODEL = "qwen3-4b"
MakeRun = Callable[..., Path]


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """`make_run(policy, seed, **trainer)`: a run of one model that solves one problem of two."""

    def make(policy: str, seed: int = 42, **trainer: float) -> Path:
        run = write_run(tmp_path, config_of(MODEL, policy, seed, **trainer))
        write_score(run.path, score_of("mbpp", [1.0, 0.0]), "0123456789ab")
        return run.path

    return make


def test_a_prepared_run_is_named_by_its_config(tmp_path: Path) -> None:
    run = prepare({**config_of(MODEL, "forward_bi"), "runs_dir": str(tmp_path)}, FINGERPRINT)
    (entry,) = read_entries([run.path, run.path])
    assert (entry.model, entry.policy, entry.seed) == (MODEL, "forward_bi", 42)
    assert (entry.setting, entry.is_finished, entry.scores) == (PUBLISHED, False, {})
    (written,) = read_entries([write_run(tmp_path / "b", config_of(MODEL, "forward_bi")).path])
    assert written.identity == entry.identity


def test_every_fixed_policy_and_the_rule_have_their_names() -> None:
    rule = composed()["curriculum"]
    assert {policy_name(config_of(MODEL, name)) for name in rule["candidates"]} == {
        *rule["candidates"]
    }
    stricter = {**config_of(MODEL, ADAPTIVE), "curriculum": {**rule, "threshold": 0.9}}
    assert policy_name(stricter) == ADAPTIVE
    stages = {**rule["candidates"]["average"], "weights": {"basic": 1}}
    assert policy_name({**composed(), "curriculum": stages}).startswith("own-")
    binary = {"extra": {"code": {"_target_": "rewards.binary_published.PassedPart"}}}
    assert policy_name({**composed(), "reward": binary}) == BINARY


def test_an_unset_field_has_the_default_of_trl() -> None:
    setting = setting_of({"num_train_epochs": 3})
    assert (setting.beta, setting.epochs) == (0.0, 3.0)


def test_what_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no run, sweep or evaluated model"):
        read_entries([tmp_path])
    (tmp_path / "config.json").write_text('{"model": {"id": "x"}, "curriculum": {}}')
    write_json(tmp_path / "identity.json", {"sha": "0", "data_fingerprint": "0"})
    with pytest.raises(UserError, match=r"config.json: no config of a run, it lacks 'reward'"):
        read_entries([tmp_path])
    with pytest.raises(UserError, match="name at least one"):
        read_entries([])


def test_the_last_evaluated_step_counts(make_run: MakeRun) -> None:
    path = make_run("average")
    write_score(path, score_of("mbpp", [1.0, 1.0], step=300), "aaaaaaaaaaaa")
    write_score(path, score_of("humaneval", [1.0, 1.0], step=100), "aaaaaaaaaaaa")
    (entry,) = read_entries([path])
    assert {name: score.value for name, score in entry.scores.items()} == {"mbpp": 1.0}
    assert entry.notes == (
        f"{path.name}: scores of step 100, not the last evaluated, are left out: humaneval.",
        f"{path.name}: scores of step 242, not the last evaluated, are left out: mbpp.",
    )


def test_two_scores_of_one_checkpoint_are_refused_by_name(make_run: MakeRun) -> None:
    path = make_run("average")
    write_score(path, score_of("mbpp", [1.0, 1.0], max_tokens=512), "aaaaaaaaaaaa")
    with pytest.raises(UserError) as refusal:
        read_entries([path])
    assert str(refusal.value) == (
        f"{path}: 2 scores of mbpp for one checkpoint, which differ in settings.max_tokens; "
        "keep one of mbpp-0123456789ab.json, mbpp-aaaaaaaaaaaa.json in scores/"
    )


def test_two_runs_of_one_row_need_two_seeds_and_one_kind(make_run: MakeRun) -> None:
    first, other = make_run("average"), make_run("average", learning_rate=1e-5)
    with pytest.raises(UserError, match=r"seed 42, and differ in trainer.learning_rate"):
        arrange(read_entries([first, other]), main.SPEC, PUBLISHED)
    other = make_run("average", 43, learning_rate=1e-5)
    with pytest.raises(UserError, match=r"and differ in trainer.learning_rate; give one kind"):
        arrange(read_entries([first, other]), main.SPEC, PUBLISHED)
    copy = Path(shutil.copytree(first, first.with_name("copy")))
    with pytest.raises(UserError, match="and are the same run twice; give one of them"):
        arrange(read_entries([first, copy]), main.SPEC, PUBLISHED)


def test_runs_of_another_setting_are_left_out_or_asked_for(make_run: MakeRun) -> None:
    paths = [make_run("average"), make_run("average", beta=0.05)]
    entries = read_entries(paths)
    table = build_table(entries, main.SPEC)
    assert table.grid.left_out == (entries[1],)
    assert "- Left out: 1 of average with beta=0.05 " in table.document.to_markdown()
    with pytest.raises(UserError, match=r"beta=0.01 .* there are runs with beta=0.05 "):
        arrange(entries[1:], main.SPEC, PUBLISHED)
    asked = arrange(entries, main.SPEC, Setting(beta=0.05))
    assert asked.entries == [entries[1]]


def test_an_ablation_has_a_row_for_each_value_of_what_is_ablated(make_run: MakeRun) -> None:
    paths = [make_run("forward_ce", beta=0.1), make_run("average"), make_run("forward_ce")]
    grid = arrange(read_entries(paths), beta.SPEC, PUBLISHED)
    rows = {row: list(found) for row, found in grid.rows.items()}
    assert rows == {
        Row(MODEL, "forward_ce", 0.01): [42],
        Row(MODEL, "forward_ce", 0.05): [],
        Row(MODEL, "forward_ce", 0.1): [42],
    }


def test_a_table_of_some_policies_shows_those_that_are_missing(make_run: MakeRun) -> None:
    paths = [make_run("forward_ce"), make_run("average")]
    grid = arrange(read_entries(paths), weights.SPEC, PUBLISHED)
    assert [(row.policy, len(found)) for row, found in grid.rows.items()] == [
        ("forward_uniform", 0),
        ("forward_bi", 0),
        ("forward_ce", 1),
    ]


def test_a_difference_without_lists_of_problems_is_marked(make_run: MakeRun) -> None:
    """Of 50% and 75% on 100 problems each: 25 points, give or take some 13."""
    paths = [make_run("average"), make_run("pass_at_all")]
    for path, value in zip(paths, (0.5, 0.75), strict=True):
        score = score_of("mbpp", [1.0, 0.0])
        unlisted = replace(score, value=value, num_problems=100, num_samples=3, solved=None)
        write_score(path, unlisted, "0123456789ab")
    before, after = ({one.seed: one} for one in read_entries(paths))
    assert difference_cell(before, after, "mbpp", None) == "+25.0 [+11.6, +37.2]‡"
    assert difference_cell(after, before, "mbpp", None) == "-25.0 [-37.2, -11.6]‡"


def test_an_untuned_model_stands_under_each_seed_of_the_other_side(
    make_run: MakeRun, tmp_path: Path
) -> None:
    """Trained, each seed solves one problem of two, and untuned both: no width is left."""
    paths = [make_run("average", seed) for seed in (1, 2)]
    paths.append(write_untuned(tmp_path / "base", MODEL, 2, 2))
    *trained, untuned = read_entries(paths)
    seeds = {one.seed: one for one in trained}
    assert difference_cell({None: untuned}, seeds, "mbpp", None) == "-50.0 [-50.0, -50.0]"
    assert difference_cell(seeds, {None: untuned}, "mbpp", None) == "+50.0 [+50.0, +50.0]"


def test_weights_without_a_run_are_no_untuned_model(tmp_path: Path) -> None:
    folder = write_untuned(tmp_path / "base", MODEL, 1, 2)
    subject = {"model_id": "Qwen/Qwen3-4B-Instruct-2507", "revision": None}
    write_json(folder / "subject.json", {**subject, "checkpoint": "merged"})
    (entry,) = read_entries([folder])
    assert (entry.model, entry.policy) == (MODEL, WITHOUT_RUN)
    write_json(folder / "subject.json", {**subject, "checkpoint": None})
    assert [one.policy for one in read_entries([folder])] == [UNTUNED]


def test_what_is_not_like_the_rest_is_told_and_not_compared(make_run: MakeRun) -> None:
    """One run was trained at another rate, and another measured with fewer tokens."""
    paths = [make_run(name) for name in ("average", "forward_ce", "reversed_ce")]
    paths.append(make_run("pass_at_all", learning_rate=1e-5))
    (paths[2] / "scores" / "mbpp-0123456789ab.json").unlink()
    write_score(paths[2], score_of("mbpp", [1.0, 0.0], max_tokens=512), "aaaaaaaaaaaa")
    entries = read_entries(paths)
    found = {
        (one.entry.policy, one.benchmark): one.keys
        for one in unlike_entries(entries, ["mbpp"], None)
    }
    assert found == {
        ("pass_at_all", None): ("trainer.learning_rate",),
        ("reversed_ce", "mbpp"): ("settings.max_tokens",),
    }
