"""What counts as the right output; every comparison is on bytes."""

from collections.abc import Callable
from enum import StrEnum
from itertools import zip_longest

Rule = Callable[[bytes, bytes], bool]
"""Whether the first, an output, is right where the second is expected."""

_TOLERANCE = 1e-6


class Comparator(StrEnum):
    """A way to compare an output with the expected one.

    `PUBLISHED` is the published code's, faults included: a correct prefix is accepted, and an
    expected output that begins with a blank line is never met.
    """

    TOKENS = "tokens"
    PUBLISHED = "published"
    FLOAT = "float"

    def accepts(self, output: bytes, expected: bytes) -> bool:
        """Whether `output` is right."""
        return _RULES[self](output, expected)


def same_tokens(output: bytes, expected: bytes) -> bool:
    """Equality of the words between ASCII white space, as testlib's `wcmp` has it."""
    return output.split() == expected.split()


def published(output: bytes, expected: bytes) -> bool:
    """Equality of stripped lines as far as the shorter text goes; text must be UTF-8."""
    try:
        lines = output.decode().strip().split("\n")
        wanted = expected.decode().split("\n")
    except UnicodeDecodeError:
        return False
    return all(line.strip() == other.strip() for line, other in zip(lines, wanted, strict=False))


def close_numbers(output: bytes, expected: bytes) -> bool:
    """Equality of words, numbers to an absolute or relative error of 1e-6."""
    pairs = zip_longest(output.split(), expected.split())
    return all(_is_close(word, wanted) for word, wanted in pairs)


def is_close(number: float, target: float) -> bool:
    """Equality to an absolute or relative error of 1e-6."""
    return abs(number - target) <= _TOLERANCE * max(1.0, abs(target))


def _is_close(word: bytes | None, wanted: bytes | None) -> bool:
    if word is None or wanted is None or word == wanted:
        return word == wanted
    number, target = _number(word), _number(wanted)
    if number is None or target is None:
        return False
    return is_close(number, target)


def _number(word: bytes) -> float | None:
    """The finite decimal number that a word spells, or None."""
    if word.strip(b"+-.eE0123456789"):
        return None
    try:
        return float(word)
    except ValueError:
        return None


_RULES: dict[Comparator, Rule] = {
    Comparator.TOKENS: same_tokens,
    Comparator.PUBLISHED: published,
    Comparator.FLOAT: close_numbers,
}
