"""What `benchmark=tiers` puts to a model without a run, and what of it makes another score."""

from dataclasses import replace
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.config.evaluation import EvaluateConfig
from tarot.config.schema import VllmConfig
from tarot.config.targets import build
from tarot.config.validation import parse
from tarot.evaluation import Evaluation
from tarot.evaluation.target import find_target
from tarot.evaluation.tiers import Tiers
from tarot.types import UserError

UNTUNED = ("benchmark=tiers", "model=tiny", "hardware=cpu", "seed=3")


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    (job,) = compose("evaluate", UNTUNED)
    config = parse(EvaluateConfig, job.config)
    return Evaluation(config, find_target(config))


@pytest.fixture(scope="module")
def tiers(evaluation: Evaluation) -> Tiers:
    built: Tiers = build("benchmark.tiers", evaluation.config.benchmark["tiers"])
    return built


def changed(evaluation: Evaluation, **fields: Any) -> Evaluation:
    return replace(evaluation, config=evaluation.config.model_copy(update=fields))


def test_a_model_without_a_run_takes_what_stands_otherwise(
    evaluation: Evaluation, tiers: Tiers
) -> None:
    task = tiers.task(evaluation)
    assert (task.split, task.problems, task.samples, task.seed) == ("test", None, 4, 3)
    assert task.data["_target_"] == "tarot.data.StarterSource"
    assert (task.sampling.temperature, task.sampling.max_new_tokens) == (1.0, 512)


def test_what_is_given_takes_the_place_of_it(evaluation: Evaluation, tiers: Tiers) -> None:
    greedy = replace(tiers, samples=1, sampling={"temperature": 0.0, "top_k": None})
    data = {"_target_": "tarot.data.StarterSource", "num_held_out": 5}
    task = greedy.task(changed(evaluation, data=data))
    assert (task.samples, task.sampling.temperature, task.sampling.top_k) == (1, 0.0, 0)
    assert task.data == data


def test_a_small_run_has_two_problems(evaluation: Evaluation, tiers: Tiers) -> None:
    assert tiers.task(changed(evaluation, debug=True)).problems == 2


def test_how_many_are_drawn_at_once_matters_unless_vllm_draws(
    evaluation: Evaluation, tiers: Tiers
) -> None:
    settings = tiers.settings(evaluation)
    assert (settings["sampler"], settings["sampling"]["batch_size"]) == ("transformers", 32)
    vllm = VllmConfig(mode="colocate", gpus=0, tensor_parallel=1, gpu_memory_utilization=0.5)
    hardware = evaluation.config.hardware.model_copy(update={"vllm": vllm})
    settings = tiers.settings(changed(evaluation, hardware=hardware))
    assert settings["sampler"] == "vllm"
    assert "batch_size" not in settings["sampling"]


def test_how_a_model_is_put_to_use_matters_beside_its_weights(
    evaluation: Evaluation, tiers: Tiers
) -> None:
    model = evaluation.target.model
    for field, value in (("system_role", not model.system_role), ("eos_token", "<end>")):
        target = replace(evaluation.target, model=model.model_copy(update={field: value}))
        changed_model = replace(evaluation, target=target)
        assert tiers.settings(changed_model) != tiers.settings(evaluation)


def test_bad_settings_are_named(evaluation: Evaluation, tiers: Tiers) -> None:
    sampling = replace(tiers, sampling={"temprature": 1})
    with pytest.raises(UserError, match=r"….sampling.temprature: no such key; did you mean temper"):
        sampling.task(evaluation)
    otherwise = replace(tiers, otherwise={**tiers.otherwise, "split": "tset"})
    with pytest.raises(UserError, match=r"benchmark.….otherwise.split: \"tset\" should be 'train'"):
        otherwise.task(evaluation)


def test_data_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", *UNTUNED, "data=jsonl", "data.path=nowhere.jsonl"]) == 2
    line = (
        "data.path: nowhere.jsonl: no such file; name one of .jsonl, .json, .parquet, .csv, .tsv\n"
    )
    assert capsys.readouterr().err == line
