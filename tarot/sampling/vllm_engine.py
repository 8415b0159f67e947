"""Completions drawn by vLLM, which does not share weights with a training in the same process."""

from collections.abc import Callable, Sequence

from transformers import PreTrainedTokenizerBase
from vllm import LLM, RequestOutput, SamplingParams

from tarot.config.sampling import SamplingSettings
from tarot.config.schema import ModelConfig
from tarot.prompts import Message
from tarot.sampling.generation import Completion, seeds_of, token_ids
from tarot.sampling.loading import load_tokenizer, revision_of


class VllmEngine:
    """Completes with vLLM's own copy of a checkpoint, on the first GPU, or on a CPU build."""

    def __init__(
        self, checkpoint: str, model: ModelConfig, dtype: str, context_length: int, seed: int
    ) -> None:
        """Start the engine with room for a prompt and completion of `context_length` tokens."""
        self._tokenizer = load_tokenizer(checkpoint, model)
        self._llm = LLM(
            model=checkpoint,
            revision=revision_of(checkpoint, model),
            dtype=dtype,
            max_model_len=context_length,
            seed=seed,
        )

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The model's."""
        return self._tokenizer

    def sample(
        self,
        prompts: Sequence[Sequence[Message]],
        samples: int,
        settings: SamplingSettings,
        seed: int,
        on_progress: Callable[[int], None],
    ) -> list[list[Completion]]:
        """`samples` completions for each prompt, in order; vLLM batches them as it sees fit."""
        seeds = seeds_of(len(prompts), samples, seed)
        drawn = draw(self._llm, self._tokenizer, prompts, samples, settings, seeds)
        on_progress(len(prompts))
        return drawn


def draw(
    llm: LLM,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Sequence[Message]],
    samples: int,
    settings: SamplingSettings,
    seeds: Sequence[int],
) -> list[list[Completion]]:
    """`samples` completions for each prompt by its own seed, whatever else is drawn with it."""
    requests = [{"prompt_token_ids": token_ids(tokenizer, prompt)} for prompt in prompts]
    parameters = [_parameters(tokenizer, samples, settings, seed) for seed in seeds]
    outputs = llm.generate(requests, parameters, use_tqdm=False)
    return [_completions(output) for output in outputs]


def _parameters(
    tokenizer: PreTrainedTokenizerBase, samples: int, settings: SamplingSettings, seed: int
) -> SamplingParams:
    return SamplingParams(
        n=samples,
        temperature=settings.temperature,
        top_p=settings.top_p,
        top_k=settings.top_k,
        min_p=settings.min_p or 0.0,
        repetition_penalty=settings.repetition_penalty,
        max_tokens=settings.max_new_tokens,
        seed=seed,
        stop_token_ids=[tokenizer.eos_token_id],
        skip_special_tokens=True,
        **settings.extra,
    )


def _completions(output: RequestOutput) -> list[Completion]:
    """VLLM ends a completion at every token that the model declares as its end."""
    return [
        Completion(
            text=one.text,
            num_tokens=len(one.token_ids) - (one.finish_reason == "stop"),
            truncated=one.finish_reason == "length",
        )
        for one in output.outputs
    ]
