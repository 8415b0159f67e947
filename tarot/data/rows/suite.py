"""Suites of assertions, read statement by statement into tests.

Loops over literals are unrolled, and names that hold literals are followed; a name is forgotten
as soon as a statement that is not understood, or the function itself, could have changed what it
holds.
"""

import ast
from collections.abc import Iterable

from tarot.data.rows import plus
from tarot.data.rows.assertions import Subject, number
from tarot.data.rows.literals import NotLiteral, shown
from tarot.data.rows.values import items_of, value_of
from tarot.types import TestCase

_MAX_STEPS = 50_000


class Suite:
    """The tests of one function as they are read, and a line for each that cannot be rewritten."""

    def __init__(self, function: str, alias: str | None = None) -> None:
        """Take calls of `function`, and those of a parameter that stands for it."""
        self.tests: list[TestCase] = []
        self.left_out: list[str] = []
        self._names: dict[str, object] = {}
        self._subject = Subject(function, frozenset({function, alias or function}), self._names)
        self._comparison: plus.Comparison | NotLiteral = NotLiteral(
            "a comparison that is not there"
        )
        self._num_steps = 0

    def read(self, statements: Iterable[ast.stmt]) -> None:
        """Add the tests of the statements, in their order."""
        try:
            self._read_all(statements)
        except _Endless as error:
            self.left_out.append(str(error))

    def _read_all(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._num_steps += 1
            if self._num_steps > _MAX_STEPS:
                raise _Endless(f"whatever comes after {_MAX_STEPS} statements")
            if _tests_nothing(statement):
                continue
            try:
                self._read_one(statement)
            except (NotLiteral, RecursionError) as error:
                self.left_out.append(f"{shown(statement)}: {error}")
                is_assertion = isinstance(statement, ast.Assert)
                (self._forget_containers if is_assertion else self._forget)(statement)

    def _read_one(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assert(asserted):
                self.tests.append(self._subject.test_of(asserted))
                self._forget_arguments(asserted)
            case ast.Expr(ast.Call(ast.Name(plus.HELPER), [call, wanted, tolerance], [])):
                self.tests.append(self._compared(call, wanted, tolerance))
                self._forget_arguments(call)
            case ast.FunctionDef(plus.HELPER):
                self._comparison = _comparison_of(statement)
            case ast.Assign([target], value):
                self._assign(target, value)
            case ast.For(target, items, body, []):
                for item in items_of(items, self._names):
                    self._bind(target, item)
                    self._read_all(body)
            case _:
                raise NotLiteral("not an assertion about the value of a call")

    def _compared(self, call: ast.expr, wanted: ast.expr, tolerance: ast.expr) -> TestCase:
        if isinstance(self._comparison, NotLiteral):
            raise self._comparison
        if self._comparison.conversion:
            function = ast.Name(self._comparison.conversion, ast.Load())
            call, wanted = (ast.Call(function, [side], []) for side in (call, wanted))
        value = value_of(wanted, self._names)
        width = number(value_of(tolerance, self._names))
        return self._subject.equal(call, value, self._comparison.tolerance(value, width))

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        """What is no literal is no fault until an assertion needs it."""
        try:
            self._bind(target, value_of(value, self._names))
        except NotLiteral:
            self._forget(target)
            self._forget(value)

    def _bind(self, target: ast.expr, value: object) -> None:
        match target:
            case ast.Name(name):
                self._names[name] = value
            case ast.Tuple(targets) | ast.List(targets) if isinstance(value, list | tuple):
                if len(targets) != len(value):
                    raise NotLiteral(f"{shown(target)} takes {len(value)} values apart")
                for one, part in zip(targets, value, strict=True):
                    self._bind(one, part)
            case _:
                raise NotLiteral(f"{shown(target)} is no name for a literal")

    def _forget(self, node: ast.AST) -> None:
        for one in ast.walk(node):
            if isinstance(one, ast.Name):
                self._names.pop(one.id, None)

    def _forget_arguments(self, asserted: ast.expr) -> None:
        for one in ast.walk(asserted):
            if isinstance(one, ast.Call) and self._subject.is_called(one):
                for argument in one.args:
                    self._forget_containers(argument)

    def _forget_containers(self, node: ast.AST) -> None:
        for one in ast.walk(node):
            name = one.id if isinstance(one, ast.Name) else ""
            if isinstance(self._names.get(name), list | tuple | set | dict):
                del self._names[name]


def _tests_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is a comment, a help to others, or an assertion of what is true."""
    match statement:
        case ast.Assert(ast.Constant(value)):
            return bool(value)
        case ast.Expr(inner):
            return isinstance(inner, ast.Constant)
        case ast.FunctionDef(name):
            return name != plus.HELPER
        case ast.Import() | ast.ImportFrom() | ast.ClassDef() | ast.Pass():
            return True
    return False


def _comparison_of(definition: ast.FunctionDef) -> plus.Comparison | NotLiteral:
    """The comparison, or why there is none, which is said where it is called."""
    try:
        return plus.comparison_of(definition)
    except NotLiteral as error:
        return error


class _Endless(Exception):
    """More to read than a suite of tests has."""


def parsed(source: str) -> list[ast.stmt]:
    """The statements of some source; ValueError where it is no Python."""
    try:
        return ast.parse(source).body
    except SyntaxError as error:
        raise ValueError(f"not Python, line {error.lineno}: {error.msg}") from None
    except (MemoryError, RecursionError):
        raise ValueError("not Python that can be read: nested too deeply") from None
