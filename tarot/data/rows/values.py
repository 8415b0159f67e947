"""Expressions of tests as values, by a reading of their syntax; no test's text is executed.

Covered are literals, names that are known, arithmetic, and a few builtin functions. Whatever is
computed stays below limits of size, as the text is a stranger's.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from tarot.data.rows.literals import NotLiteral, shown

Names = Mapping[str, object]

_MAX_ITEMS = 1_000_000
_MAX_BITS = 10_000
_TOO_LARGE = "a value that grows too large"
_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

_CONSTANTS: Names = {
    "math.e": math.e,
    "math.pi": math.pi,
    **dict.fromkeys(("inf", "math.inf", "np.inf"), math.inf),
    **dict.fromkeys(("nan", "math.nan", "np.nan"), math.nan),
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], object]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}
_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}


def value_of(node: ast.expr, names: Names) -> Any:
    """The value of an expression in which `names` are known; raises NotLiteral."""
    if isinstance(node, ast.Name):
        return _named(node.id, names)
    if isinstance(node, ast.Attribute):
        return _named(ast.unparse(node), names)
    try:
        return ast.literal_eval(node)
    except _FAULTS:
        pass
    try:
        return _bounded(_computed(node, names))
    except _FAULTS as error:
        raise NotLiteral(f"{shown(node)} gives a {type(error).__name__}") from None


def items_of(node: ast.expr, names: Names) -> list[Any]:
    """The items of an expression's value, in their order; raises NotLiteral."""
    return _ordered(value_of(node, names))


def _computed(node: ast.expr, names: Names) -> Any:
    match node:
        case ast.List(items) | ast.Tuple(items) | ast.Set(items):
            kinds = {ast.List: list, ast.Tuple: tuple, ast.Set: set}
            return kinds[type(node)]([value_of(item, names) for item in items])
        case ast.Dict(keys, items) if None not in keys:
            pairs = zip(keys, items, strict=True)
            return {value_of(key, names): value_of(item, names) for key, item in pairs if key}
        case ast.UnaryOp(sign, operand):
            return _UNARY[type(sign)](value_of(operand, names))
        case ast.BinOp(left, sign, right):
            return _combined(sign, value_of(left, names), value_of(right, names))
        case ast.Call(ast.Name(name), arguments, []) if name in _FUNCTIONS and name not in names:
            return _FUNCTIONS[name](*(value_of(argument, names) for argument in arguments))
    raise NotLiteral(f"{shown(node)} is no literal")


def _named(name: str, names: Names) -> object:
    for known in (names, _CONSTANTS):
        if name in known:
            return known[name]
    raise NotLiteral(f"{name} is no literal")


def _combined(sign: ast.operator, left: Any, right: Any) -> object:
    """An operation on numbers, or on sequences and sets, unless its result grows too large."""
    is_format = isinstance(sign, ast.Mod) and isinstance(left, str | bytes)
    if is_format or type(sign) not in _BINARY:
        raise NotLiteral("an operation that is not looked into")
    if isinstance(left, int) and isinstance(right, int):
        factor = right if isinstance(sign, ast.Pow) else 1
        _check_size(max(left.bit_length(), 1) * factor + right.bit_length(), _MAX_BITS)
    elif isinstance(sign, ast.Mult):
        for times, items in ((left, right), (right, left)):
            is_repeated = isinstance(times, int) and not isinstance(items, int | float | complex)
            _check_size(_num_items(items) * times if is_repeated else 0)
    return _BINARY[type(sign)](left, right)


def _bounded(value: Any) -> Any:
    _check_size(_num_items(value))
    return value


def _check_size(size: int, limit: int = _MAX_ITEMS) -> None:
    if size > limit:
        raise NotLiteral(_TOO_LARGE)


def _num_items(value: object) -> int:
    """The items of a value at every depth and the characters of text, at least past the limit."""
    if isinstance(value, str | bytes | range):
        return len(value)
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if not isinstance(value, list | tuple | set):
        return 1
    total = 1
    for item in value:
        total += _num_items(item)
        if total > _MAX_ITEMS:
            break
    return total


def _ordered(items: Any) -> list[Any]:
    if not isinstance(items, str | bytes | list | tuple | dict | range):
        raise NotLiteral(f"a {type(items).__name__} has no items in an order")
    return list(items)


def _list(items: Any = ()) -> list[Any]:
    return _ordered(items)


def _tuple(items: Any = ()) -> tuple[Any, ...]:
    return tuple(_ordered(items))


def _range(*limits: int) -> range:
    numbers: range = _bounded(range(*limits))
    return numbers


def _zip(*columns: Any) -> list[Any]:
    _check_size(len(columns) * min(map(len, columns), default=0))
    return list(zip(*map(_ordered, columns), strict=False))


def _enumerate(items: Any) -> list[Any]:
    return list(enumerate(_ordered(items)))


def _str(value: str | float | complex | None) -> str:
    _check_size(0 if isinstance(value, str | float | complex | int | None) else _MAX_ITEMS + 1)
    return str(value)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    function.__name__.removeprefix("_"): function
    for function in (
        *(abs, bool, dict, float, int, len, set, sorted, sum),
        *(_enumerate, _list, _range, _str, _tuple, _zip),
    )
}
"""Without those, such as `round` and `max`, whose costs would need limits of their own."""
