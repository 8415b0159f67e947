"""Tests that call a function: how the call is made, and how its value is compared.

The test's `stdin` is the call, with literals for arguments, as in `add(1, [2, 3])`,
`Solution().add(1, [2, 3])` or `sorted(add(1, [2, 3]))`; `expected` is the literal of the value.
The program is run as a module named "solution", whose output goes to standard error; what reaches
standard output is the `repr` of the value, by a descriptor that the program's prints do not use.

Not covered: the program shares a process with the call, so it can write to that descriptor and
end. It can then state a value that it did not return, but nothing tells it which one is expected.
"""

import ast
import math
from collections.abc import Callable

from tarot.grading.comparators import is_close

Number = int | float | complex

_CALLER = """
def _call(source):
    import os, sys, types
    call = sys.stdin.read().strip()
    answer = os.dup(1)
    os.dup2(2, 1)
    solution = sys.modules["solution"] = types.ModuleType("solution")
    exec(compile(source, "<string>", "exec", dont_inherit=True), solution.__dict__)
    text = repr(eval(call, solution.__dict__)).encode("utf-8", "surrogatepass")
    while text:
        text = text[os.write(answer, text):]
"""
_LONGER = 16
_LONGER_BYTES = 1 << 10


def calling(source: str) -> str:
    """The source of a program that makes the call on its input with the functions of `source`."""
    return f"{_CALLER}_call({source!r})\n"


def same_value(output: bytes, expected: bytes) -> bool:
    """Equality of two literals; lists and tuples count as alike, booleans and numbers do not.

    Infinity counts as a literal. A value without one, such as nan or an object, is wrong.
    """
    return _compare(output, expected, lambda number, target: number == target)


def close_value(output: bytes, expected: bytes) -> bool:
    """Equality of two literals, numbers in them to an absolute or relative error of 1e-6."""
    return _compare(output, expected, _are_close)


def _compare(output: bytes, expected: bytes, rule: Callable[[Number, Number], bool]) -> bool:
    """A text that is far longer than the expected one is not even parsed."""
    if len(output) > _LONGER * len(expected) + _LONGER_BYTES:
        return False
    try:
        value, wanted = _value(output), _value(expected)
        return _agree(value, wanted, rule)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


class _Infinity(ast.NodeTransformer):
    """Puts the number where its `repr` stands, which is a name."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(math.inf) if node.id == "inf" else node


def _value(text: bytes) -> object:
    literal = text.decode().strip()
    if "inf" not in literal:
        return ast.literal_eval(literal)
    return ast.literal_eval(_Infinity().visit(ast.parse(literal, mode="eval")))


def _agree(value: object, wanted: object, rule: Callable[[Number, Number], bool]) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, Number) and isinstance(wanted, Number):
        return rule(value, wanted)
    if isinstance(value, list | tuple) and isinstance(wanted, list | tuple):
        pairs = zip(value, wanted, strict=False)
        return len(value) == len(wanted) and all(_agree(*pair, rule) for pair in pairs)
    if isinstance(value, dict) and isinstance(wanted, dict):
        keys = value.keys()
        return keys == wanted.keys() and all(_agree(value[k], wanted[k], rule) for k in keys)
    return type(value) is type(wanted) and value == wanted


def _are_close(number: Number, target: Number) -> bool:
    if isinstance(number, complex) or isinstance(target, complex):
        return number == target
    try:
        return number == target or (math.isfinite(target) and is_close(number, target))
    except OverflowError:
        return False
