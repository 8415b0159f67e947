"""Random checkpoints speak the chat template of their architecture."""

from pathlib import Path

import pytest
import torch
from jinja2 import TemplateError
from omegaconf import OmegaConf
from transformers import AutoModelForCausalLM

from tarot.config.schema import ArchitectureConfig, PromptConfig
from tarot.prompts import Message, build_prompt
from tarot.sampling.random_weights import (
    byte_tokenizer,
    save_random_checkpoint,
    transformers_config,
)
from tarot.types import Problem
from tests.sampling.small_models import MODELS, load_small, small

pytestmark = pytest.mark.e2e

PROBLEM = Problem(id="p", statement="Print the sum — of 2 integers.", tests=())
CHATML = (
    "<|im_start|>system\nBe brief.<|im_end|>\n"
    "<|im_start|>user\nPrint the sum — of 2 integers.<|im_end|>\n"
    "<|im_start|>assistant\n"
)
GEMMA = (
    "<bos><start_of_turn>user\nBe brief.\n\nPrint the sum — of 2 integers.<end_of_turn>\n"
    "<start_of_turn>model\n"
)


def conversation(option: str) -> list[Message]:
    prompt = PromptConfig(system="Be brief.", instruction="{statement}", format_pattern=None)
    return build_prompt(PROBLEM, prompt, small(option).system_role)


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("qwen2.5-coder-7b", CHATML),
        ("qwen3-4b", CHATML),
        ("gemma2-2b", GEMMA),
        ("smollm2-135m", CHATML),
        ("tiny", CHATML),
    ],
)
def test_the_prompt_is_rendered_as_the_architecture_wants_it(option: str, expected: str) -> None:
    tokenizer = byte_tokenizer(small(option).architecture.family)
    encoded = tokenizer.apply_chat_template(
        conversation(option), add_generation_prompt=True, return_dict=True
    )
    assert tokenizer.decode(encoded["input_ids"]) == expected


def test_gemma_refuses_a_system_turn() -> None:
    with pytest.raises(TemplateError, match="System role not supported"):
        byte_tokenizer("gemma2").apply_chat_template(conversation("qwen3-4b"))


@pytest.mark.parametrize("option", ["qwen2.5-1.5b", "qwen3-4b", "gemma2-2b", "smollm2-135m"])
def test_a_checkpoint_has_the_architecture_and_ends_where_a_turn_ends(
    tmp_path: Path, option: str
) -> None:
    loaded = load_small(tmp_path / "model", option)
    config = loaded.weights.config
    assert config.model_type == small(option).architecture.family
    assert (config.num_hidden_layers, config.hidden_size, config.head_dim) == (2, 32, 16)
    (end,) = loaded.eos_token_ids
    assert loaded.tokenizer.decode([end]) in CHATML + GEMMA
    assert loaded.tokenizer.pad_token_id != end


def test_the_weights_are_the_same_each_time_and_cost_no_randomness(tmp_path: Path) -> None:
    before = torch.random.get_rng_state()
    files = [tmp_path / name / "model.safetensors" for name in ("a", "b")]
    for path in files:
        save_random_checkpoint(small("tiny"), path.parent)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    "path",
    sorted(path for path in MODELS.glob("*.yaml") if path.stem != "hub"),
    ids=lambda path: path.stem,
)
def test_every_shipped_model_has_the_parameters_that_its_file_says(path: Path) -> None:
    node = OmegaConf.load(path).architecture
    shape = ArchitectureConfig.model_validate(OmegaConf.to_container(node))
    with torch.device("meta"):
        weights = AutoModelForCausalLM.from_config(transformers_config(shape))
    assert weights.num_parameters() == shape.parameters
