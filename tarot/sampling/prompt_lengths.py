"""How long prompts are, in tokens of a model's own."""

from collections.abc import Iterator, Sequence

from transformers import PreTrainedTokenizerBase

from tarot.config.schema import PromptConfig, RunConfig
from tarot.prompts import build_prompt
from tarot.types import Problem


def prompt_lengths(
    problems: Sequence[Problem],
    prompt: PromptConfig,
    system_role: bool,
    tokenizer: PreTrainedTokenizerBase,
) -> Iterator[int]:
    """The number of tokens of each problem's prompt, as the chat template renders it."""
    for problem in problems:
        encoded = tokenizer.apply_chat_template(
            build_prompt(problem, prompt, system_role),
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
        )
        yield len(encoded["input_ids"])


def short_enough(
    problems: Sequence[Problem], config: RunConfig, tokenizer: PreTrainedTokenizerBase
) -> list[Problem]:
    """The problems whose prompt is within a run's limit."""
    lengths = prompt_lengths(problems, config.prompt, config.model.system_role, tokenizer)
    return [
        problem
        for problem, length in zip(problems, lengths, strict=True)
        if length <= config.max_prompt_tokens
    ]
