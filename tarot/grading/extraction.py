"""The program in a completion.

The last block that is a whole program counts, not a usage example, an interpreter session or an
output after it; a program that is split over several blocks is put together. Where the answer
is marked (`<answer>`, `<solution>`, or what follows the thinking), only that part is searched.
"""

import re
from collections.abc import Sequence

from tarot.grading.blocks import Block, Code, blocks, parse
from tarot.types import Program

_ANSWER = re.compile(r"<(answer|solution)>")
_THOUGHT = re.compile(r"</(?:think|reasoning)>")


def extract_program(completion: str) -> Program | None:
    """The program that a completion answers with, or None."""
    text = _answer(completion.replace("\r\n", "\n"))
    fenced = blocks(text)
    source = _choose(fenced) if fenced else _bare(text)
    return None if source is None else Program(source)


def _answer(text: str) -> str:
    """The part that is marked as the answer; the last one, and all where nothing is marked."""
    opening = next(reversed(list(_ANSWER.finditer(text))), None)
    if opening is not None:
        return text[opening.end() :].partition(f"</{opening[1]}>")[0]
    return _THOUGHT.split(text)[-1]


def _choose(fenced: Sequence[Block]) -> str | None:
    codes = [code for block in fenced if (code := parse(block.text)) is not None]
    if not codes:
        broken = [block.text for block in fenced if block.is_tagged and _is_code(block.text)]
        return broken[-1] if broken else None
    for end in range(len(codes), 0, -1):
        whole = _whole(codes[:end])
        if whole is not None:
            return whole
    return codes[-1].source


def _bare(text: str) -> str | None:
    """The text itself, where all of it is a program."""
    return text if parse(text) is not None else None


def _is_code(text: str) -> bool:
    return bool(text.strip()) and not text.lstrip().startswith(">>>")


def _whole(codes: Sequence[Code]) -> str | None:
    """The program that ends with the last of `codes`, or None where that is not its end."""
    *earlier, last = codes
    if not last.acts:
        return None
    if not last.missing:
        return last.source
    if any(code.acts and code.writes and not code.missing for code in earlier):
        return None
    parts, missing = [last], set(last.missing)
    for code in reversed(earlier):
        if missing & code.bound:
            parts.insert(0, code)
            missing = (missing - code.bound) | code.missing
    return None if missing else "\n".join(part.source for part in parts)
