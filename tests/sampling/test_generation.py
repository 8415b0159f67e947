"""Completions of a random model: what they depend on, and what they leave alone."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tarot.config.sampling import SamplingSettings
from tarot.prompts import Message
from tarot.sampling import Completion, LoadedModel, sample
from tests.sampling.small_models import load_small

pytestmark = pytest.mark.e2e

SETTINGS = SamplingSettings(temperature=1.0, top_p=1.0, top_k=0, max_new_tokens=24, batch_size=4)
LONG, SHORT, MIDDLE = ([Message(role="user", content="x" * length)] for length in (40, 3, 20))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models") / "tiny"


@pytest.fixture(scope="module")
def loaded(checkpoint: Path) -> LoadedModel:
    return load_small(checkpoint, "tiny")


def drawn(
    loaded: LoadedModel, prompts: Sequence[list[Message]], seed: int = 0
) -> list[list[Completion]]:
    return sample(loaded, prompts, 2, SETTINGS, seed)


def test_the_seed_alone_decides(loaded: LoadedModel) -> None:
    torch.manual_seed(1)
    first = drawn(loaded, [LONG, SHORT])
    torch.manual_seed(2)
    assert drawn(loaded, [LONG, SHORT]) == first
    assert drawn(loaded, [LONG, SHORT], seed=1) != first


def test_the_global_random_state_and_the_mode_stay_as_they_were(loaded: LoadedModel) -> None:
    loaded.weights.train()
    before, shipped = torch.random.get_rng_state(), loaded.weights.generation_config
    drawn(loaded, [SHORT])
    assert torch.equal(torch.random.get_rng_state(), before)
    assert loaded.weights.training
    assert loaded.weights.generation_config is shipped


def test_completions_stand_in_the_order_of_their_prompts(loaded: LoadedModel) -> None:
    of_long, of_short, of_middle = drawn(loaded, [LONG, SHORT, MIDDLE])
    assert drawn(loaded, [MIDDLE, LONG, SHORT]) == [of_middle, of_long, of_short]
    assert len({completion.text for row in (of_long, of_short) for completion in row}) == 4


def test_what_the_model_ships_for_generation_changes_nothing(loaded: LoadedModel) -> None:
    plain = drawn(loaded, [SHORT])
    shipped = loaded.weights.generation_config
    shipped.repetition_penalty, shipped.min_p = 5.0, 0.9
    assert drawn(loaded, [SHORT]) == plain
    shipped.repetition_penalty = shipped.min_p = None


def test_at_temperature_zero_the_seed_does_not_matter(loaded: LoadedModel) -> None:
    greedy = replace(SETTINGS, temperature=0.0)
    first, second = (sample(loaded, [SHORT], 1, greedy, seed) for seed in (0, 1))
    assert first == second


def test_the_token_limit_truncates(loaded: LoadedModel) -> None:
    ((completion,),) = sample(loaded, [SHORT], 1, SETTINGS, seed=0)
    assert completion.num_tokens == 24
    assert completion.truncated


def test_an_overridden_end_of_sequence_ends_a_completion(
    checkpoint: Path, loaded: LoadedModel
) -> None:
    ((whole,),) = sample(loaded, [SHORT], 1, SETTINGS, seed=0)
    end = next(letter for letter in whole.text if letter.isascii() and letter.isalnum())
    overridden = load_small(checkpoint, "tiny", eos_token=end)
    ((completion,),) = sample(overridden, [SHORT], 1, SETTINGS, seed=0)
    assert completion.text == whole.text.partition(end)[0]
    assert completion.num_tokens < whole.num_tokens
    assert not completion.truncated


def test_every_end_that_the_model_declares_ends_a_completion(
    checkpoint: Path, loaded: LoadedModel
) -> None:
    ((whole,),) = sample(loaded, [SHORT], 1, SETTINGS, seed=0)
    end = next(letter for letter in whole.text if letter.isascii() and letter.isalnum())
    declaring = load_small(checkpoint, "tiny")
    ids = [declaring.tokenizer.eos_token_id, declaring.tokenizer.convert_tokens_to_ids(end)]
    declaring.weights.generation_config.eos_token_id = ids
    ((completion,),) = sample(declaring, [SHORT], 1, SETTINGS, seed=0)
    assert (completion.text, completion.truncated) == (whole.text.partition(end)[0], False)


def test_progress_counts_prompts(loaded: LoadedModel) -> None:
    told: list[int] = []
    sample(loaded, [LONG, SHORT, MIDDLE], 2, SETTINGS, 0, told.append)
    assert told == [2, 3]
