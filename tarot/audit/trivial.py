"""What programs print that solve nothing: a test that takes such an output tells little.

Nothing is run for it, as what these programs print is known. Of a call that stands within another,
as in `sorted(add(1))`, nothing is tried, and neither is a prefix of a value.
"""

import ast
from enum import StrEnum

from tarot.types import Execution, TestCase, TestKind


class Trivial(StrEnum):
    """What such a program does."""

    EMPTY = "empty"  # prints nothing, or returns None
    ECHO = "echo"  # prints its input, or returns its first argument
    PREFIX = "prefix"  # prints all lines of the right output but the last


def trivial_outputs(test: TestCase, right: bytes) -> dict[Trivial, bytes]:
    """What each of them prints on a test where `right` is right; left out is what can't be said."""
    if test.kind is TestKind.FUNCTION_CALL:
        return _values(test.stdin)
    echo = test.stdin.encode("utf-8", "surrogatepass")
    outputs = {Trivial.EMPTY: b"", Trivial.ECHO: echo}
    lines = right.rstrip().splitlines(keepends=True)
    prefix = b"".join(lines[:-1])
    return {**outputs, Trivial.PREFIX: prefix} if prefix.strip() else outputs


def ended_with(output: bytes) -> Execution:
    """The execution of a program that printed `output` and ended well."""
    return Execution(output, b"", 0, 0.0, 0.0, 0.0)


def _values(call: str) -> dict[Trivial, bytes]:
    """Of `f(1, [2])` and `C().f(1, [2])`: `None` and `1`."""
    try:
        tree = ast.parse(call.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return {}
    match tree:
        case ast.Call(ast.Name() | ast.Attribute(), arguments) if not _holds_call(arguments):
            first = ast.unparse(arguments[0]).encode() if arguments else b"None"
            return {Trivial.EMPTY: b"None", Trivial.ECHO: first}
    return {}


def _holds_call(nodes: list[ast.expr]) -> bool:
    return any(isinstance(inner, ast.Call) for node in nodes for inner in ast.walk(node))
