"""Which tokens may be meant as an end of a completion."""

from pathlib import Path

import pytest

from tests.sampling.small_models import load_small

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("option", "ends"),
    [
        ("qwen2.5-1.5b", {"<|im_end|>", "<|endoftext|>"}),
        ("gemma2-2b", {"<end_of_turn>"}),
        ("tiny", {"<|im_end|>", "<|endoftext|>"}),
    ],
)
def test_an_end_is_a_token_that_the_template_or_its_name_makes_one(
    tmp_path: Path, option: str, ends: set[str]
) -> None:
    loaded = load_small(tmp_path / "model", option)
    assert set(loaded.turn_ends.values()) == ends
    for number, text in loaded.turn_ends.items():
        assert loaded.tokenizer.convert_tokens_to_ids(text) == number


def test_an_eos_token_that_another_replaced_still_is_an_end(tmp_path: Path) -> None:
    loaded = load_small(tmp_path / "model", "tiny", eos_token="<|endoftext|>")
    assert [loaded.turn_ends[number] for number in loaded.eos_token_ids] == ["<|endoftext|>"]
    assert "<|im_end|>" in loaded.turn_ends.values()
