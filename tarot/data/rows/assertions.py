"""One assertion about a function as a test: a call for the sandbox, and a value for the judge.

What it expects never stands in the call. An assertion that cannot be taken apart like that, such
as one about two calls at once, is refused rather than run whole.
"""

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tarot.data.rows.calls import call_test
from tarot.data.rows.literals import NotLiteral, call_of, literal_of, shown
from tarot.data.rows.values import Names, items_of, value_of
from tarot.types import TestCase

# What may stand around the call, as it tells nothing of the value that is expected.
_AROUND = frozenset(
    {"abs", "all", "any", "bool", "float", "int", "len", "list", "round", "set", "sorted"}
    | {"str", "sum", "tuple"}
)
_JUDGES_TOLERANCE = 1e-6
_IS_CLOSE = """\
import math, sys
output, expected = (float(open(name).read()) for name in sys.argv[2:4])
sys.exit(not math.isclose(output, expected, rel_tol={relative!r}, abs_tol={absolute!r}))
"""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a number may be off; each is enough by itself."""

    absolute: float = 0.0
    relative: float = 0.0

    def checker(self) -> str:
        """The judge's own tolerance, or a program where more is allowed than that."""
        if max(self.absolute, self.relative) <= _JUDGES_TOLERANCE:
            return "float"
        return _IS_CLOSE.format(relative=self.relative, absolute=self.absolute)


@dataclass(frozen=True, slots=True)
class Subject:
    """The function under test, the names by which assertions call it, and the names they know."""

    function: str
    aliases: frozenset[str]
    names: Names

    def is_called(self, node: ast.Call) -> bool:
        """Whether a call is one of the function."""
        return isinstance(node.func, ast.Name) and node.func.id in self.aliases

    def test_of(self, node: ast.expr) -> TestCase:
        """The test that says what an asserted expression says; raises NotLiteral."""
        match node:
            case ast.Compare(left, [ast.Eq()], [right]):
                call, wanted = self._sides(left, right)
                return call_test(call, value_of(wanted, self.names))
            case ast.Compare(left, [ast.Is()], [ast.Constant(None | bool() as wanted)]):
                return call_test(self.call(left), wanted)
            case ast.Compare(left, [ast.IsNot()], [ast.Constant(None | bool() as unwanted)]):
                return call_test(f"{self.call(left)} is not {unwanted}", True)
            case ast.Compare(
                ast.Call(ast.Name("abs") | ast.Attribute(ast.Name("math"), "fabs"), [inner], []),
                [ast.Lt() | ast.LtE()],
                [width],
            ):
                return self._within(inner, width)
            case ast.Call(
                ast.Name("isclose") | ast.Attribute(ast.Name("math"), "isclose"),
                [left, right],
                keywords,
            ):
                return self._close(left, right, keywords)
            case ast.UnaryOp(ast.Not(), operand):
                return call_test(f"bool({self.call(operand)})", False)
        return call_test(f"bool({self.call(node)})", True)

    def equal(self, node: ast.expr, wanted: Any, tolerance: float) -> TestCase:
        """The test that a call gives `wanted`, the numbers in it to an absolute tolerance."""
        if not tolerance:
            return call_test(self.call(node), wanted)
        if tolerance > _JUDGES_TOLERANCE and not isinstance(wanted, int | float):
            raise NotLiteral(f"a tolerance of {tolerance} for more than one number")
        return call_test(self.call(node), wanted, Tolerance(absolute=tolerance).checker())

    def call(self, node: ast.expr) -> str:
        """The source of a call of the function, in whatever may stand around it."""
        match node:
            case ast.Call(_, arguments, keywords) if self.is_called(node):
                named = {str(one.arg): value_of(one.value, self.names) for one in keywords}
                if "None" not in named:
                    return call_of(self.function, self._arguments(arguments), named)
            case ast.Call(ast.Name(name), [inner, *rest], []) if name in _AROUND:
                others = [literal_of(value_of(one, self.names)) for one in rest]
                return f"{name}({', '.join([self.call(inner), *others])})"
        raise NotLiteral(f"{shown(node)} is no call of {self.function} with literals")

    def _sides(self, left: ast.expr, right: ast.expr) -> tuple[str, ast.expr]:
        try:
            return self.call(left), right
        except NotLiteral:
            if self._calls_within(right) and not self._calls_within(left):
                return self.call(right), left
            raise

    def _calls_within(self, node: ast.expr) -> bool:
        return any(isinstance(one, ast.Name) and one.id in self.aliases for one in ast.walk(node))

    def _within(self, difference: ast.expr, width: ast.expr) -> TestCase:
        if not isinstance(difference, ast.BinOp) or not isinstance(difference.op, ast.Sub):
            raise NotLiteral(f"{shown(difference)} is no difference")
        call, wanted = self._sides(difference.left, difference.right)
        tolerance = Tolerance(absolute=number(value_of(width, self.names)))
        return call_test(call, number(value_of(wanted, self.names)), tolerance.checker())

    def _close(self, left: ast.expr, right: ast.expr, keywords: Sequence[ast.keyword]) -> TestCase:
        call, wanted = self._sides(left, right)
        given = {str(one.arg): number(value_of(one.value, self.names)) for one in keywords}
        tolerance = Tolerance(given.get("abs_tol", 0.0), given.get("rel_tol", 1e-9))
        return call_test(call, number(value_of(wanted, self.names)), tolerance.checker())

    def _arguments(self, arguments: Sequence[ast.expr]) -> list[Any]:
        values: list[Any] = []
        for argument in arguments:
            if isinstance(argument, ast.Starred):
                values += items_of(argument.value, self.names)
            else:
                values.append(value_of(argument, self.names))
        return values


def number(value: object) -> float:
    """The value, if it is a finite number; raises NotLiteral."""
    if isinstance(value, int | float) and abs(value) < math.inf:
        return value
    raise NotLiteral(f"{str(value)[:70]!r} is no finite number")
