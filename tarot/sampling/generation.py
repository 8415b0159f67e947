"""Sampling completions: what a sampler is, and the one of transformers, batched by length."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

import torch
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

from tarot.config.sampling import SamplingSettings
from tarot.prompts import Message
from tarot.sampling.loading import LoadedModel


@dataclass(frozen=True, slots=True)
class Completion:
    """A sampled text; `truncated` means that the token limit cut it off."""

    text: str
    num_tokens: int
    truncated: bool


@dataclass(frozen=True, slots=True)
class GreedyAnswer:
    """The tokens of a prompt, and those of the likeliest completion with what ends it."""

    prompt: Sequence[int]
    completion: Sequence[int]


class Sampler(Protocol):
    """Draws `samples` completions for each prompt, in the order of `prompts`.

    `on_progress` is told the number of prompts done.
    """

    def __call__(
        self,
        prompts: Sequence[Sequence[Message]],
        samples: int,
        settings: SamplingSettings,
        seed: int,
        on_progress: Callable[[int], None],
    ) -> list[list[Completion]]:
        """The completions of each prompt."""


def sample(
    loaded: LoadedModel,
    prompts: Sequence[Sequence[Message]],
    samples: int,
    settings: SamplingSettings,
    seed: int,
    on_progress: Callable[[int], None] = lambda done: None,
) -> list[list[Completion]]:
    """Draw `samples` completions for each prompt, in the order of `prompts`.

    The result depends on the weights, the arguments and nothing else: the global random state
    is left as it was. `on_progress` is told the number of prompts done.
    """
    generation = _generation(loaded, settings)
    encoded = [token_ids(loaded.tokenizer, prompt) for prompt in prompts]
    rows = [index for index in range(len(prompts)) for _ in range(samples)]
    rows.sort(key=lambda index: len(encoded[index]))
    results: list[list[Completion]] = [[] for _ in prompts]
    device = loaded.weights.device
    forked = torch.random.fork_rng([device] if device.type == "cuda" else [])
    # Not in inference mode, in which DeepSpeed would gather weights that can't be trained further.
    with forked, torch.no_grad(), _set_to_sample(loaded.weights):
        torch.manual_seed(seed)
        for start in range(0, len(rows), settings.batch_size):
            batch = rows[start : start + settings.batch_size]
            drawn = _sample_batch(loaded, [encoded[index] for index in batch], generation)
            for index, completion in zip(batch, drawn, strict=True):
                results[index].append(completion)
            if (start + len(batch)) // samples > start // samples:
                on_progress((start + len(batch)) // samples)
    return results


def greedy_answers(
    loaded: LoadedModel, prompts: Sequence[Sequence[Message]], max_new_tokens: int
) -> list[GreedyAnswer]:
    """The answer to each prompt, sampled one at a time.

    What the model ships for sampling, as a penalty on repetition, is left aside.
    """
    settings = SamplingSettings(
        temperature=0.0, top_p=1.0, top_k=0, max_new_tokens=max_new_tokens, batch_size=1
    )
    generation = _generation(loaded, settings)
    with torch.inference_mode(), _set_to_sample(loaded.weights):
        encoded = [token_ids(loaded.tokenizer, prompt) for prompt in prompts]
        return [GreedyAnswer(ids, _new_tokens(loaded, [ids], generation)[0]) for ids in encoded]


def seeds_of(num_prompts: int, samples: int, seed: int) -> list[int]:
    """A seed for each prompt; its samples have that and those that follow."""
    return [seed + row * samples for row in range(num_prompts)]


def _generation(loaded: LoadedModel, settings: SamplingSettings) -> GenerationConfig:
    return GenerationConfig(
        do_sample=settings.temperature > 0,
        temperature=settings.temperature or None,
        top_p=settings.top_p,
        top_k=settings.top_k,
        min_p=settings.min_p,
        repetition_penalty=settings.repetition_penalty,
        max_new_tokens=settings.max_new_tokens,
        eos_token_id=loaded.eos_token_ids,
        pad_token_id=loaded.tokenizer.pad_token_id,
        **settings.extra,
    )


@contextmanager
def _set_to_sample(weights: PreTrainedModel) -> Iterator[None]:
    """Evaluation mode, without the defaults that a model ships, which fill in for unset fields."""
    was_training, shipped = weights.training, weights.generation_config
    weights.eval()
    weights.generation_config = GenerationConfig()
    try:
        yield
    finally:
        weights.generation_config = shipped
        weights.train(was_training)


def token_ids(tokenizer: PreTrainedTokenizerBase, prompt: Sequence[Message]) -> list[int]:
    """The tokens of a prompt in the chat template, up to where the completion starts."""
    encoded = tokenizer.apply_chat_template(
        list(prompt), add_generation_prompt=True, tokenize=True, return_dict=True
    )
    return list(encoded["input_ids"])


def _sample_batch(
    loaded: LoadedModel, encoded: list[list[int]], generation: GenerationConfig
) -> list[Completion]:
    new_tokens = _new_tokens(loaded, encoded, generation)
    ends = frozenset(generation.eos_token_id)
    return [completion_of(loaded.tokenizer, row, ends) for row in new_tokens]


def _new_tokens(
    loaded: LoadedModel, encoded: list[list[int]], generation: GenerationConfig
) -> list[list[int]]:
    """What comes after each prompt, with its end and the padding behind it."""
    padded = loaded.tokenizer.pad({"input_ids": encoded}, padding_side="left", return_tensors="pt")
    inputs = padded.to(loaded.weights.device)
    sequences = loaded.weights.generate(**inputs, generation_config=generation)
    new_tokens: list[list[int]] = sequences[:, inputs["input_ids"].shape[1] :].tolist()
    return new_tokens


def completion_of(
    tokenizer: PreTrainedTokenizerBase, tokens: Sequence[int], ends: frozenset[int]
) -> Completion:
    """The text up to the first of the tokens that end one, without which it was cut off."""
    kept = list(takewhile(lambda token: token not in ends, tokens))
    text = tokenizer.decode(kept, skip_special_tokens=True)
    return Completion(text=text, num_tokens=len(kept), truncated=len(kept) == len(tokens))
