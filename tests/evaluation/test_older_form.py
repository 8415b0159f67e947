"""Checkpoints as transformers 4 reads them; the names are those of its 4.57 and of 5.23."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.config.schema import ModelConfig
from tarot.evaluation import Target
from tarot.evaluation.evalchemy.older_form import make_older, older_folder
from tarot.types import UserError

NEW = {"dtype": "bfloat16", "rope_parameters": {"rope_theta": 1e6, "rope_type": "default"}}
NEW_TOKENIZER = {"tokenizer_class": "TokenizersBackend", "extra_special_tokens": ["<a>"]}


@pytest.fixture(scope="module")
def model() -> ModelConfig:
    (job,) = compose("evaluate", ["model=tiny", "benchmark=humaneval"])
    return ModelConfig.model_validate(job.config["model"])


def target(model: ModelConfig, folder: Path, config: dict[str, Any]) -> Target:
    checkpoint = folder / "checkpoint"
    checkpoint.mkdir()
    (checkpoint / "config.json").write_text(json.dumps(config))
    (checkpoint / "tokenizer_config.json").write_text(json.dumps(NEW_TOKENIZER))
    (checkpoint / "model.safetensors").write_text("x")
    return Target(model, checkpoint, None, "0123456789", folder / "run")


def test_what_transformers_4_would_miss_is_told_by_its_old_name(
    model: ModelConfig, tmp_path: Path
) -> None:
    one = target(model, tmp_path, NEW)
    folder = make_older(one)
    assert folder == older_folder(one) == make_older(one)
    config = json.loads((folder / "config.json").read_text())
    assert config == {**NEW, "torch_dtype": "bfloat16", "rope_theta": 1e6}
    tokenizer = json.loads((folder / "tokenizer_config.json").read_text())
    assert tokenizer == {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "additional_special_tokens": ["<a>"],
    }
    assert (folder / "model.safetensors").read_text() == "x"


def test_a_run_that_was_moved_has_its_links_made_anew(model: ModelConfig, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    before = target(model, tmp_path / "old", NEW)
    make_older(before)
    moved = (tmp_path / "old").rename(tmp_path / "new")
    after = replace(before, checkpoint=moved / "checkpoint", folder=moved / "run")
    assert (make_older(after) / "model.safetensors").read_text() == "x"


def test_scaled_embeddings_keep_their_scaling(model: ModelConfig, tmp_path: Path) -> None:
    rope = {"rope_theta": 1e4, "rope_type": "yarn", "factor": 4.0}
    folder = make_older(target(model, tmp_path, {"rope_parameters": rope}))
    config = json.loads((folder / "config.json").read_text())
    assert config["rope_scaling"] == {"rope_type": "yarn", "factor": 4.0}
    assert config["rope_theta"] == 1e4


def test_an_older_checkpoint_is_taken_as_it_is(model: ModelConfig, tmp_path: Path) -> None:
    one = target(model, tmp_path, {"rope_theta": 1e6})
    assert one.checkpoint is not None
    (one.checkpoint / "tokenizer_config.json").write_text("{}")
    assert make_older(one) == one.checkpoint


def test_embeddings_that_differ_by_layer_are_refused(model: ModelConfig, tmp_path: Path) -> None:
    rope = {"full_attention": {"rope_theta": 1e6}, "sliding_attention": {"rope_theta": 1e4}}
    with pytest.raises(UserError, match="rope_parameters differ by layer"):
        older_folder(target(model, tmp_path, {"rope_parameters": rope}))
