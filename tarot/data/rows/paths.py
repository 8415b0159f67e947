"""Values inside of a row, by a path such as `meta.tests` or `solutions.0`."""

import ast
import json
from collections.abc import Mapping
from typing import Any

_MISSING = object()


def value_at(row: object, path: str) -> Any:
    """What stands at a path, or None; a column with dots in its own name comes first."""
    if isinstance(row, Mapping) and path in row:
        return row[path]
    first, _, rest = path.partition(".")
    value = _item(structured(row), first)
    return None if value is _MISSING else value_at(value, rest) if rest else value


def structured(value: object) -> Any:
    """The list or object that a text of JSON or Python literals holds; anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("[", "{", "("):
        return value
    for read in (json.loads, ast.literal_eval):
        try:
            return read(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    return value


def _item(value: object, key: str) -> object:
    if isinstance(value, Mapping):
        return value.get(key, _MISSING)
    if isinstance(value, list | tuple) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    return _MISSING
