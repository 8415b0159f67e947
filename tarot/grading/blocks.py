"""Fenced code blocks of a completion, and what their syntax trees tell about them."""

import ast
import builtins
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

_PYTHON = frozenset({"python", "py", "python3", "py3"})
_OPENING = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*([\w+.-]*)[^`]*")
_DEFINITIONS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.Pass,
)
_VALUES = (ast.Assign, ast.AnnAssign, ast.Expr)
_WRITERS = frozenset({"print", "write", "writelines"})


@dataclass(frozen=True, slots=True)
class Block:
    """The text of a fenced block; `is_tagged` where the fence says that it is Python."""

    text: str
    is_tagged: bool


@dataclass(frozen=True, slots=True)
class Code:
    """Python source, the names that it binds and those that it needs from elsewhere.

    `acts` says that running it does something, `writes` that it has a call which writes.
    """

    source: str
    bound: frozenset[str]
    missing: frozenset[str]
    acts: bool
    writes: bool


def blocks(text: str) -> list[Block]:
    """The Python blocks in `text`, in order; the last may lack its closing fence."""
    lines = iter(text.split("\n"))
    found = []
    for line in lines:
        opening = _OPENING.fullmatch(line.rstrip())
        if opening is None:
            continue
        indent, fence, tag = opening.groups()
        content = "\n".join(_content(lines, len(indent), fence))
        if not tag or tag.lower() in _PYTHON:
            found.append(Block(content, bool(tag)))
    return found


def parse(source: str) -> Code | None:
    """What `source` binds, needs and does, or None where it is not Python or does nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    nodes = list(ast.walk(tree))
    if not any(isinstance(n, ast.Call | ast.FunctionDef | ast.ClassDef) for n in nodes):
        return None
    bound = frozenset(name for node in nodes for name in _bound(node))
    used = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    missing = frozenset() if "*" in bound else frozenset(used - bound - set(dir(builtins)))
    acts = any(_acts(statement) for statement in tree.body)
    writes = any(isinstance(n, ast.Call) and _called(n) in _WRITERS for n in nodes)
    return Code(source, bound, missing, acts, writes)


def _content(lines: Iterator[str], indent: int, fence: str) -> Iterator[str]:
    closing = re.compile(rf"[ \t]*{re.escape(fence[0])}{{{len(fence)},}}")
    for line in lines:
        if closing.fullmatch(line.rstrip()):
            return
        margin = min(indent, len(line) - len(line.lstrip(" \t")))
        yield line[margin:]


def _acts(statement: ast.stmt) -> bool:
    if isinstance(statement, _DEFINITIONS):
        return False
    if isinstance(statement, _VALUES):
        return any(isinstance(node, ast.Call) for node in ast.walk(statement))
    return True


def _called(call: ast.Call) -> str:
    function = call.func
    return str(getattr(function, "attr", getattr(function, "id", "")))


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.alias(name=name, asname=alias):
            yield alias or name.partition(".")[0]
        case ast.ExceptHandler(name=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
