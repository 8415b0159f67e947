"""What makes a run another run, and what does not."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarot.cli.composition import compose
from tarot.runs import config_sha, differing_keys
from tarot.runs.identity import differences, former_sha, hashed_settings

SETTINGS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2),
    lambda inner: st.dictionaries(st.text("xy", min_size=1, max_size=2), inner, max_size=3),
    max_leaves=6,
).filter(lambda value: isinstance(value, dict))


def changed(config: dict[str, Any], key: str, value: object) -> dict[str, Any]:
    copy = deepcopy(config)
    *parents, last = key.split(".")
    node = copy
    for parent in parents:
        node = node.setdefault(parent, {})
    node[last] = value
    return copy


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", 43),
        ("model.revision", "abc"),
        ("model.architecture.layers", 3),
        ("prompt.system", "hello"),
        ("curriculum.weights.basic", 0.5),
        ("reward.normalize", False),
        ("grading.limits.cpu_s", 1.0),
        ("trainer.learning_rate", 2e-6),
        ("trainer.max_steps", 10),
        ("trainer.num_train_epochs", 2),
        ("schedule.lengths", [{"after": 0, "max_steps": 4, "num_train_epochs": None}]),
        ("num_generations", 8),
        ("problems_per_step", 8),
        ("cold_start.epochs", 3),
        ("evaluation.samples", 2),
        ("hardware.dtype", "bfloat16"),
        ("hardware.autocast", "bfloat16"),
        ("a_setting_of_tomorrow", 1),
    ],
)
def test_what_changes_the_result_changes_the_sha(
    config: dict[str, Any], key: str, value: object
) -> None:
    other = changed(config, key, value)
    assert config_sha(other, "data") != config_sha(config, "data")
    differing = differing_keys(hashed_settings(config, "d"), hashed_settings(other, "d"))
    assert len(differing) == 1
    assert key.startswith(differing[0])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "other"),
        ("runs_dir", "elsewhere"),
        ("run_dir", "there"),
        ("sweeps_dir", "elsewhere"),
        ("dry_run", True),
        ("data.path", "same_content.jsonl"),
        ("sandbox.num_workers", 4),
        ("launcher.nodes", 2),
        ("tracker.project", "x"),
        ("rates.usd_per_gpu_hour", 3.0),
        ("model.architecture.context_length", 4096),
        ("hub.push", True),
        ("eval.every", 10),
        ("hardware.device", "cuda"),
        ("hardware.processes", 8),
        ("trainer.output_dir", "x"),
        ("trainer.report_to", "wandb"),
        ("trainer.save_steps", 1),
        ("trainer.save_total_limit", 1),
        ("trainer.logging_steps", 5),
        ("trainer.log_completions", True),
        ("trainer.hub_model_id", "me/model"),
        ("trainer.push_to_hub", True),
        ("trainer.dataloader_num_workers", 2),
        ("trainer.ddp_timeout", 600),
        ("trainer.eval_steps", 5),
        ("trainer.beta", 0),
        ("schedule", {"stretch": True, "lengths": None}),
    ],
)
def test_what_is_recorded_only_leaves_the_sha(
    config: dict[str, Any], key: str, value: object
) -> None:
    assert config_sha(changed(config, key, value), "data") == config_sha(config, "data")


def test_the_data_count_by_their_content(config: dict[str, Any]) -> None:
    assert config_sha(config, "data") != config_sha(config, "other data")


def test_the_sha_is_eight_hex_digits_that_ignore_the_order_of_keys(
    config: dict[str, Any],
) -> None:
    sha = config_sha(config, "data")
    assert len(sha) == 8
    assert int(sha, 16) >= 0
    assert config_sha(dict(reversed(config.items())), "data") == sha


@pytest.mark.parametrize(
    ("arguments", "sha"),
    [
        (("+experiment=tiny",), "8b56fbec"),
        (("+experiment=demo",), "a9fd1c61"),
        (("+experiment=paper/main",), "3e9d9f7c"),
        (("+experiment=tiny", "trainer=lora"), "e02f61af"),
        (("+experiment=tiny", "trainer.max_steps=9", "evaluation.samples=3"), "ef61da08"),
    ],
)
def test_runs_of_before_keys_had_classes_keep_their_sha(
    arguments: tuple[str, ...], sha: str
) -> None:
    """The shas are those that they had; a key that is added since has its place in `ADDED`."""
    (job,) = compose("train", arguments)
    assert config_sha(job.config, "data") == former_sha(job.config, "data") == sha


def test_the_former_sha_covers_what_is_of_the_machine_now() -> None:
    """It was that of this command then."""
    (job,) = compose("train", ["+experiment=tiny", "trainer.ddp_timeout=600"])
    assert former_sha(job.config, "data") == "1110523b"
    assert config_sha(job.config, "data") == "8b56fbec"


def test_a_difference_is_shown_with_both_values_and_a_long_one_is_cut() -> None:
    a = {"trainer": {"beta": 0.0}, "prompt": "x" * 100, "only_b": None}
    b = {"trainer": {"beta": 0.1}, "prompt": "y", "only_b": 2}
    beta, long, only = (differences(a, b)[place] for place in (2, 1, 0))
    assert str(beta) == "trainer.beta (0.0 there, 0.1 here)"
    assert str(long) == f'prompt ("{"x" * 59}… there, "y" here)'
    assert only.as_change == "only_b null -> 2 (identity)"


def test_differing_keys_are_dotted_and_sorted() -> None:
    a = {"trainer": {"beta": 0.0, "seed": 1}, "list": [1, 2], "only_a": None, "same": {"x": 1}}
    b = {"trainer": {"beta": 0.1, "seed": True}, "list": [1, 3], "same": {"x": 1.0}}
    assert differing_keys(a, b) == ["list", "only_a", "trainer.beta", "trainer.seed"]


@given(a=SETTINGS, b=SETTINGS)
def test_settings_differ_nowhere_exactly_if_they_are_the_same(
    a: dict[str, Any], b: dict[str, Any]
) -> None:
    assert differing_keys(a, a) == []
    assert differing_keys(a, b) == differing_keys(b, a)
    same_sha = config_sha({"prompt": a}, "d") == config_sha({"prompt": b}, "d")
    assert same_sha == (differing_keys(a, b) == [])
