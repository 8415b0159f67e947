"""Small changes to a program, each of which a good suite should notice.

A mutant is the source with one change, by one of a few operators of the field. Which ones are
made is drawn from a seed and the source, so that the same program has the same mutants wherever
it stands. Comments and layout are lost, as the source is written anew from its syntax tree.

Not covered: a mutant that does the same as the original on every input cannot be killed, and
can't be told from one that the suite misses. No change crosses a statement, none is made inside
an f-string, an annotation, a docstring or a list of parameters, and no mutant has two.
"""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

VERSION = 1
"""Changes whenever the same source and seed would give other mutants."""

_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_COMPARISON: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPPOSITE = {"min": "max", "max": "min", "any": "all", "all": "any"}
_NOT_ENTERED = (ast.JoinedStr, ast.arguments)


class Operator(StrEnum):
    """What a mutant has changed; see docs/audit.md."""

    ARITHMETIC = "arithmetic"
    COMPARISON = "comparison"
    LOGIC = "logic"
    CONDITION = "condition"
    NUMBER = "number"
    TEXT = "text"
    RANGE = "range"
    FUNCTION = "function"
    STATEMENT = "statement"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A program with one change, by `operator`, in a line of the original."""

    source: str
    operator: Operator
    line: int


@dataclass(frozen=True, slots=True)
class _Change:
    """What stands at a place of the tree instead of what stood there."""

    parent: ast.AST
    field: str
    index: int | None
    new: object
    operator: Operator
    line: int


def mutants_of(source: str, number: int, seed: int) -> list[Mutant]:
    """Up to `number` different mutants, in the order drawn; none of what is no Python."""
    try:
        tree = ast.parse(source)
        changes = list(_changes(tree))
        original = ast.unparse(tree)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []
    digest = hashlib.sha256(f"{seed}/".encode() + source.encode("utf-8", "surrogatepass")).digest()
    Random(int.from_bytes(digest[:8])).shuffle(changes)
    found: dict[str, Mutant] = {}
    for change in changes:
        if len(found) == number:
            break
        text = _changed(tree, change)
        if text != original:
            found.setdefault(text, Mutant(text, change.operator, change.line))
    return list(found.values())


def _changed(tree: ast.Module, change: _Change) -> str:
    """The source with a change, which is taken back."""
    value = getattr(change.parent, change.field)
    if change.index is None:
        setattr(change.parent, change.field, change.new)
        text = ast.unparse(tree)
        setattr(change.parent, change.field, value)
        return text
    kept = value[change.index]
    value[change.index] = change.new
    text = ast.unparse(tree)
    value[change.index] = kept
    return text


def _changes(parent: ast.AST) -> Iterator[_Change]:
    """Every change of what is below a node, in the order of the source."""
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns"):
            continue
        is_list = isinstance(value, list)
        for index, node in enumerate(value if is_list else [value]):
            if not isinstance(node, ast.AST) or _is_docstring(node):
                continue
            for operator, new in _variants(node, parent):
                place = index if is_list else None
                line = getattr(node, "lineno", getattr(parent, "lineno", 0))
                yield _Change(parent, field, place, new, operator, line)
            if not isinstance(node, _NOT_ENTERED):
                yield from _changes(node)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _variants(node: ast.AST, parent: ast.AST) -> Iterator[tuple[Operator, ast.AST]]:
    """What may stand in place of a node."""
    match node:
        case ast.operator() if type(node) in _ARITHMETIC:
            yield Operator.ARITHMETIC, _ARITHMETIC[type(node)]()
        case ast.cmpop() if type(node) in _COMPARISON:
            yield Operator.COMPARISON, _COMPARISON[type(node)]()
        case ast.And() | ast.Or():
            yield Operator.LOGIC, ast.Or() if isinstance(node, ast.And) else ast.And()
        case ast.Constant():
            yield from _constants(node)
        case ast.Break() | ast.Continue():
            yield Operator.LOOP, ast.Continue() if isinstance(node, ast.Break) else ast.Break()
        case ast.stmt():
            yield from _statements(node)
        case ast.expr():
            yield from _expressions(node, parent)


def _constants(node: ast.Constant) -> Iterator[tuple[Operator, ast.AST]]:
    match node.value:
        case bool(value):
            yield Operator.LOGIC, ast.Constant(not value)
        case int(value) | float(value):
            yield Operator.NUMBER, ast.Constant(value + 1)
            yield Operator.NUMBER, ast.Constant(value - 1)
        case str(value):
            yield Operator.TEXT, ast.Constant("" if value else "?")


def _statements(node: ast.stmt) -> Iterator[tuple[Operator, ast.AST]]:
    """Nothing in place of what changes something by its way, as `x += 1` and `a.sort()` do."""
    match node:
        case ast.AugAssign() | ast.Expr(ast.Call(ast.Attribute())):
            yield Operator.STATEMENT, ast.Pass()


def _expressions(node: ast.expr, parent: ast.AST) -> Iterator[tuple[Operator, ast.AST]]:
    match node:
        case ast.UnaryOp(ast.USub() | ast.Not(), operand):
            yield Operator.CONDITION, operand
        case ast.Call(ast.Name("range"), [stop]) if not isinstance(stop, ast.Starred):
            yield Operator.RANGE, ast.Call(node.func, [_less(stop)], [])
        case ast.Call(ast.Name("range"), [start, stop, *step]):
            yield Operator.RANGE, ast.Call(node.func, [start, _less(stop), *step], [])
        case ast.Name(name) if name in _OPPOSITE and isinstance(parent, ast.Call):
            yield Operator.FUNCTION, ast.Name(_OPPOSITE[name], ast.Load())
    if isinstance(parent, ast.If | ast.IfExp) and node is parent.test:
        yield Operator.CONDITION, ast.UnaryOp(ast.Not(), node)


def _less(stop: ast.expr) -> ast.expr:
    return ast.BinOp(stop, ast.Sub(), ast.Constant(1))
