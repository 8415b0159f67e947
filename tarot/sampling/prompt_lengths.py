"""How long prompts are, in tokens of a model's own."""

from collections.abc import Iterator, Sequence

from transformers import PreTrainedTokenizerBase

from tarot.config.schema import PromptConfig
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
