"""Values written as literals, which the judge can read and compare."""

import ast
import math
from collections.abc import Iterable, Mapping

_MAX_SHOWN = 70
_NOT_SO_PLAIN = ("{", "inf", "nan", "Ellipsis")


class NotLiteral(Exception):
    """What stands in the way of reading an expression as a value, or of writing a value."""


def literal_of(value: object) -> str:
    """The literal of a value, always the same one; raises NotLiteral, as for nan."""
    try:
        text = repr(value)
    except ValueError as error:
        raise NotLiteral(str(error)) from None
    return _written(value) if any(mark in text for mark in _NOT_SO_PLAIN) else text


def call_of(
    function: str, arguments: Iterable[object], named: Mapping[str, object] | None = None
) -> str:
    """A call with literals; raises NotLiteral for an argument that has none."""
    texts = [literal_of(value) for value in arguments]
    texts += [f"{name}={literal_of(value)}" for name, value in (named or {}).items()]
    return f"{function}({', '.join(texts)})"


def shown(node: ast.AST) -> str:
    """The first line of some source, cut where it is long."""
    try:
        first, *rest = ast.unparse(node).splitlines() or [""]
    except RecursionError:
        return "…"
    return f"{first[:_MAX_SHOWN]}…" if rest or len(first) > _MAX_SHOWN else first


def _written(value: object) -> str:
    match value:
        case None | bool() | int() | str() | bytes():
            return repr(value)
        case float() if not math.isnan(value):
            return repr(value) if math.isfinite(value) else f"{'-' * (value < 0)}1e999"
        case list():
            return f"[{', '.join(map(_written, value))}]"
        case tuple():
            return f"({''.join(f'{_written(item)}, ' for item in value).removesuffix(' ')})"
        case dict():
            return f"{{{', '.join(f'{_written(k)}: {_written(v)}' for k, v in value.items())}}}"
        case set() if value:
            return f"{{{', '.join(sorted(map(_written, value)))}}}"
        case set():
            return "set()"
    raise NotLiteral(f"{str(value)[:_MAX_SHOWN]} has no literal")
