"""What stands for short before a data set that a verb looks at."""

from collections.abc import Sequence

_SHORT = {"file": ("data=jsonl", "data.path"), "id": ("data=hub", "data.id")}


def sources_in_full(arguments: Sequence[str]) -> list[str]:
    """The arguments with what `file=` and `id=` are short for."""
    words: list[str] = []
    for argument in arguments:
        key, _, value = argument.partition("=")
        if key in _SHORT:
            group, path = _SHORT[key]
            words += [group, f"{path}={value}"]
        else:
            words.append(argument)
    return words
