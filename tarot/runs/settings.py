"""Configs beside each other, as rows of texts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tarot.runs.identity import differing_keys

ABSENT = "-"


def setting_rows(configs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Each dotted key at which the configs differ, and what each has there; `-` for nothing."""
    first, *others = configs
    keys = sorted({key for other in others for key in differing_keys(first, other)})
    for key in _outermost(keys):
        yield (key, *(_value(config, key.split(".")) for config in configs))


def _outermost(keys: Sequence[str]) -> Iterator[str]:
    """Without keys inside of others, which some pair of configs differs at as a whole."""
    known = set(keys)
    for key in keys:
        parts = key.split(".")
        if not any(".".join(parts[:end]) in known for end in range(1, len(parts))):
            yield key


def _value(node: Any, parts: Sequence[str]) -> str:
    """The value at a key, whose own names may hold points."""
    if not parts:
        return json.dumps(node, ensure_ascii=False, sort_keys=True)
    if isinstance(node, Mapping):
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            if name in node:
                return _value(node[name], parts[end:])
    return ABSENT
