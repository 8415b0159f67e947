"""Imports that a data set's own harness gives its solutions, and that a program needs itself."""

import ast

from tarot.data.rows.suite import parsed

_NAMES_BY_MODULE = {
    "bisect": ("bisect_left", "bisect_right", "insort"),
    "collections": ("ChainMap", "Counter", "OrderedDict", "defaultdict", "deque"),
    "fractions": ("Fraction",),
    "functools": ("cache", "cmp_to_key", "lru_cache", "reduce"),
    "heapq": ("heapify", "heappop", "heappush", "heappushpop", "heapreplace", "nlargest"),
    "itertools": ("accumulate", "combinations", "permutations", "product", "groupby"),
    "math": ("ceil", "floor", "gcd", "inf", "pi", "sqrt"),
    "typing": ("Any", "Dict", "List", "Optional", "Set", "Tuple"),
}
_HAS_TO_BE_FIRST = "from __future__"
_MODULES = {*_NAMES_BY_MODULE, "random", "re", "string", "sys"}


def with_imports(source: str) -> str:
    """The source after the imports of what it uses and neither binds nor imports."""
    try:
        tree = ast.Module(parsed(source), [])
    except ValueError:
        return source
    bound = _bound(tree)
    missing = _used(tree) - bound
    lines = [f"import {module}" for module in sorted(_MODULES & missing)]
    for module, names in _NAMES_BY_MODULE.items():
        wanted = sorted(missing.intersection(names))
        lines += [f"from {module} import {', '.join(wanted)}"] if wanted else []
    if not lines or _HAS_TO_BE_FIRST in bound:
        return source
    return "\n".join([*lines, "", "", source])


def _used(tree: ast.AST) -> set[str]:
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


def _bound(tree: ast.AST) -> set[str]:
    """Every name that the source gives a meaning, wherever it does."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(name, ast.Store()) | ast.arg(name):
                bound.add(name)
            case ast.FunctionDef(name) | ast.ClassDef(name):
                bound.add(name)
            case ast.ImportFrom("__future__"):
                bound.add(_HAS_TO_BE_FIRST)
            case ast.Import(aliases) | ast.ImportFrom(_, aliases):
                bound |= {(alias.asname or alias.name).partition(".")[0] for alias in aliases}
    return bound
