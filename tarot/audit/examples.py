"""The example inputs that a statement shows.

Read are blocks between a heading of inputs and one of outputs, in the ways of the common judges
("Input", "Sample Input 1:", "-----Example-----"), and for calls, any text of the statement.
An example told in prose, or only in an image, is not found.
"""

import re
from collections.abc import Iterator

from tarot.types import Problem, TestCase, TestKind

_HEADING = re.compile(
    r"^\W*(?:(?:sample|example)s?\s+)?(input|output)s?"
    r"(?:\s+(?:for\s+.*(?:sample|example).*|example|sample|data))?(?:\s*#?\s*\d+)?\W*$",
    re.IGNORECASE,
)


def shown_in_statement(problem: Problem) -> list[bool]:
    """Whether the input of each test stands among the statement's examples, white space aside."""
    examples = {tuple(text.split()) for text in _blocks(problem.statement)}
    squeezed = "".join(problem.statement.split())
    return [_is_shown(test, examples, squeezed) for test in problem.tests]


def _is_shown(test: TestCase, examples: set[tuple[str, ...]], squeezed: str) -> bool:
    words = test.stdin.split()
    if not words:
        return False
    if test.kind is TestKind.FUNCTION_CALL:
        return "".join(words) in squeezed
    return tuple(words) in examples


def _blocks(statement: str) -> Iterator[str]:
    """The text after each heading of inputs, up to the next heading of outputs."""
    block: list[str] | None = None
    for line in statement.splitlines():
        heading = _HEADING.match(line)
        if heading is None:
            if block is not None:
                block.append(line)
            continue
        is_input = heading[1].lower() == "input"
        if block is not None and not is_input:
            yield "\n".join(block)
        block = [] if is_input else None
