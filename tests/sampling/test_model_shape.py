"""What a model's files say, held against transformers, which writes and renders them."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import torch
from jinja2 import TemplateError
from omegaconf import OmegaConf
from transformers import AutoConfig, AutoModelForCausalLM

from tarot.config.chat_template import takes_system_role
from tarot.config.model_facts import with_facts
from tarot.config.model_shape import shape_of
from tarot.config.schema import FAMILIES, ArchitectureConfig
from tarot.sampling import random_weights
from tarot.sampling.random_weights import (
    byte_tokenizer,
    save_random_checkpoint,
    transformers_config,
)
from tests.sampling.small_models import MODELS, small

pytestmark = pytest.mark.e2e

DESCRIBED = sorted(path for path in MODELS.glob("*.yaml") if path.stem != "hub")
TEMPLATES = Path(str(resources.files("trl"))) / "chat_templates"
END = ".jinja"
OTHERS: dict[str, dict[str, Any]] = {
    "mistral": {},
    "phi3": {"pad_token_id": 0},
    "granite": {},
    "mixtral": {"num_local_experts": 4, "num_experts_per_tok": 2},
    "starcoder2": {},
    "gemma3_text": {},
    "smollm3": {"pad_token_id": 0},
}
SIZES = {
    "vocab_size": 320,
    "hidden_size": 256,
    "intermediate_size": 512,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


@pytest.mark.parametrize("path", DESCRIBED, ids=lambda path: path.stem)
def test_a_described_model_is_read_from_its_config_as_it_is_described(path: Path) -> None:
    node: Any = OmegaConf.to_container(OmegaConf.load(path))
    shape = ArchitectureConfig.model_validate(node["architecture"])
    written = transformers_config(shape, max_position_embeddings=shape.context_length)
    written.architectures = ["ForCausalLM"]
    found = shape_of(json.loads(written.to_json_string(use_diff=True)))
    assert ArchitectureConfig.model_validate(found) == shape


@pytest.mark.parametrize("family", OTHERS)
def test_parameters_of_other_families_are_told_within_a_percent(family: str) -> None:
    config = AutoConfig.for_model(family, **SIZES | OTHERS[family])
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    found = shape_of(json.loads(config.to_json_string(use_diff=True)))
    number = sum(weight.numel() for weight in model.parameters())
    assert found["parameters"] == pytest.approx(number, rel=0.01)


@pytest.mark.parametrize("option", ["tiny", "gemma2-2b", "qwen3-coder-30b-a3b"])
def test_a_folder_leaves_nothing_open(option: str, tmp_path: Path) -> None:
    """The byte tokenizer's vocabulary fits into that of the small shape."""
    model = small(option)
    if model.architecture.experts is not None:
        few = {"experts": {"number": 4, "active": 2}}
        shape = ArchitectureConfig.model_validate(model.architecture.model_dump() | few)
        model = model.model_copy(update={"architecture": shape})
    save_random_checkpoint(model, tmp_path)
    open_node = OmegaConf.to_container(OmegaConf.load(MODELS / "hub.yaml"))
    assert isinstance(open_node, dict)
    found = with_facts({"model": {**open_node, "id": str(tmp_path)}})["model"]
    weights = AutoModelForCausalLM.from_pretrained(tmp_path)
    kept = {"context_length", "parameters"}
    shape = ArchitectureConfig.model_validate(found["architecture"])
    assert shape.model_dump(exclude=kept) == model.architecture.model_dump(exclude=kept)
    assert shape.parameters == sum(weight.numel() for weight in weights.parameters())
    assert found["system_role"] == model.system_role


def test_a_template_takes_a_system_prompt_where_transformers_writes_it() -> None:
    """Of all that TRL ships; those of Gemma refuse it."""
    templates = {path.name: path.read_text() for path in TEMPLATES.iterdir() if path.suffix == END}
    found = {name: takes_system_role(template) for name, template in templates.items()}
    assert found == {name: is_written(template) for name, template in templates.items()}
    assert found["qwen2_5.jinja"]
    assert not found["gemma.jinja"]


def is_written(template: str) -> bool:
    tokenizer = byte_tokenizer("gemma2")  # which has a token for the beginning
    tokenizer.chat_template = template
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi."}]
    try:
        return "Be brief." in tokenizer.apply_chat_template(messages, tokenize=False)
    except TemplateError:
        return False


def test_random_weights_can_be_made_of_every_family_that_is_known() -> None:
    assert set(FAMILIES) == random_weights._TEMPLATES.keys()
