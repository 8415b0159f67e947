"""From a problem to the messages that a chat template renders, and the form of the answer."""

import re
from typing import TypedDict

from tarot.config.schema import PromptConfig
from tarot.types import Problem


class Message(TypedDict):
    """One turn of a conversation, as chat templates take it."""

    role: str
    content: str


def build_prompt(problem: Problem, prompt: PromptConfig, system_role: bool) -> list[Message]:
    """The conversation that asks for a solution of `problem`.

    Where the model's template knows no system role (Gemma-2), the system prompt stands in front
    of the user's turn instead.
    """
    request = prompt.instruction.replace("{statement}", problem.statement)
    if prompt.system is None:
        return [Message(role="user", content=request)]
    if not system_role:
        return [Message(role="user", content=f"{prompt.system}\n\n{request}")]
    return [
        Message(role="system", content=prompt.system),
        Message(role="user", content=request),
    ]


def keeps_format(completion: str, pattern: str) -> bool:
    """Whether the whole completion matches `pattern`, in which a dot matches newlines."""
    return re.fullmatch(pattern, completion, re.DOTALL) is not None
