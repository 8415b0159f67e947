"""Completions drawn between two steps by what generates for the steps, shared by all processes.

Every process calls such a sampler with the same arguments and gets all completions. What is drawn
for a prompt hangs on the weights, the seed and the prompts, not on how many processes there are;
how exactly vLLM repeats itself is vLLM's affair.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from transformers import PreTrainedTokenizerBase

from tarot.config.sampling import SamplingSettings
from tarot.prompts import Message
from tarot.sampling import Completion, LoadedModel, Sampler, sample
from tarot.sampling.generation import completion_of, seeds_of, token_ids
from tarot.training import processes
from tarot.training.trainer import TierGRPOTrainer

Prompts = Sequence[Sequence[Message]]
Drawn = list[list[Completion]]

# Requests to a server at once, as many as TRL's own client makes.
REQUESTS_AT_ONCE = 32


class Stopped(Exception):
    """The run is to stop, so nothing more is drawn; raised in all processes alike."""


def shared_sampler(
    trainer: TierGRPOTrainer, loaded: LoadedModel, should_stop: Callable[[], bool]
) -> Sampler:
    """What draws by the trainer's own vLLM, or by transformers where it has none.

    `should_stop` is asked by all processes, and answers them alike.
    """
    if not trainer.use_vllm:
        return TransformersSampler(trainer, loaded, should_stop)
    if trainer.vllm_mode == "server":
        return ServerSampler(trainer, loaded, should_stop)
    return ColocatedSampler(trainer, loaded.tokenizer, should_stop)


@dataclass(frozen=True, slots=True)
class TransformersSampler:
    """Batches of the same prompts whatever the number of processes, which take turns at them."""

    trainer: TierGRPOTrainer
    loaded: LoadedModel
    should_stop: Callable[[], bool]

    def __call__(
        self,
        prompts: Prompts,
        samples: int,
        settings: SamplingSettings,
        seed: int,
        on_progress: Callable[[int], None],
    ) -> Drawn:
        """The seed of a batch is `seed` and the number of its first prompt.

        Raises:
            Stopped: before a batch.
        """
        size = max(1, settings.batch_size // samples)
        drawn: Drawn = []
        with self.trainer.lent_weights():
            for starts in _turns(range(0, len(prompts), size), processes.number()):
                _check(self.should_stop)
                start = starts[processes.rank()]
                batch = prompts[start : start + size]
                draw = partial(sample, self.loaded, batch, samples, settings, seed + start)
                drawn += chain.from_iterable(processes.together(draw))
                del drawn[len(prompts) :]
                on_progress(len(drawn))
        return drawn


@dataclass(frozen=True, slots=True)
class ColocatedSampler:
    """Every process's own vLLM draws for every n-th prompt; those that share one draw the same."""

    trainer: TierGRPOTrainer
    tokenizer: PreTrainedTokenizerBase
    should_stop: Callable[[], bool]

    def __call__(
        self,
        prompts: Prompts,
        samples: int,
        settings: SamplingSettings,
        seed: int,
        on_progress: Callable[[int], None],
    ) -> Drawn:
        """Each prompt has a seed of its own.

        Raises:
            Stopped: before anything is drawn.
        """
        from tarot.sampling.vllm_engine import draw  # noqa: PLC0415 - not installed everywhere

        _check(self.should_stop)
        seeds = seeds_of(len(prompts), samples, seed)
        with self.trainer.lent_vllm() as vllm:
            size = vllm.tensor_parallel_size
            own = slice(processes.rank() // size, None, processes.number() // size)
            pieces = processes.together(
                lambda: draw(vllm.llm, self.tokenizer, prompts[own], samples, settings, seeds[own])
            )
        on_progress(len(prompts))
        return processes.dealt_back(pieces[::size], len(prompts))


@dataclass(frozen=True, slots=True)
class ServerSampler:
    """A vLLM server draws for all processes, asked by the main one."""

    trainer: TierGRPOTrainer
    loaded: LoadedModel
    should_stop: Callable[[], bool]

    def __call__(
        self,
        prompts: Prompts,
        samples: int,
        settings: SamplingSettings,
        seed: int,
        on_progress: Callable[[int], None],
    ) -> Drawn:
        """A request for each prompt, since a server takes one seed for all prompts of a request.

        Raises:
            Stopped: before anything is drawn.
        """
        _check(self.should_stop)
        seeds = seeds_of(len(prompts), samples, seed)
        with self.trainer.lent_vllm() as vllm:
            drawn = processes.from_main(
                lambda: ask_server(vllm.vllm_client, self.loaded, prompts, samples, settings, seeds)
            )
        on_progress(len(prompts))
        return drawn


def ask_server(
    client: Any,
    loaded: LoadedModel,
    prompts: Prompts,
    samples: int,
    settings: SamplingSettings,
    seeds: Sequence[int],
) -> Drawn:
    """What a server draws for each prompt by its seed, through TRL's client."""
    tokenizer, ends = loaded.tokenizer, frozenset(loaded.eos_token_ids)

    def ask(prompt: Sequence[Message], seed: int) -> list[Completion]:
        found = client.generate(
            prompts=[token_ids(tokenizer, prompt)],
            n=samples,
            repetition_penalty=settings.repetition_penalty,
            temperature=settings.temperature,
            top_p=settings.top_p,
            top_k=settings.top_k,
            min_p=settings.min_p or 0.0,
            max_tokens=settings.max_new_tokens,
            generation_kwargs={**settings.extra, "seed": seed},
        )
        return [completion_of(tokenizer, ids, ends) for ids in found["completion_ids"]]

    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as threads:
        return list(threads.map(ask, prompts, seeds))


def _check(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise Stopped


def _turns(starts: Sequence[int], number: int) -> Iterator[list[int]]:
    """So many of the starts at a time; who has none left does the first once more.

    Where the weights are held in parts, nobody generates alone.
    """
    for first in range(0, len(starts), number):
        turn = list(starts[first : first + number])
        yield turn + [0] * (number - len(turn))
