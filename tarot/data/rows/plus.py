"""The helper `assertion(out, exp, atol)` of HumanEval+ and MBPP+, of which there are several.

Each compares what a call gives with what is expected; some make sets of both first. One that
looks at what the call gives in any other way is refused.
"""

import ast
from dataclasses import dataclass

from tarot.data.rows.literals import NotLiteral

HELPER = "assertion"
_TOLERANCE = 1e-6
_CONVERSIONS = frozenset({"list", "set", "sorted", "tuple"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """`conversion` names the function, such as `set`, that both sides go through; "" is none."""

    conversion: str = ""

    def tolerance(self, expected: object, given: float) -> float:
        """That of floats, and of sequences of nothing else, is 1e-6 where none is given."""
        items = expected if isinstance(expected, list | tuple) else [expected]
        are_floats = all(isinstance(item, float) for item in items)
        return _TOLERANCE if given == 0 and are_floats and not self.conversion else given


def comparison_of(definition: ast.FunctionDef) -> Comparison:
    """What a definition of the helper compares; raises NotLiteral for one that does more."""
    names = [argument.arg for argument in definition.args.args]
    if len(names) != 3:
        raise NotLiteral("a comparison of other things")
    out, expected = names[:2]
    conversions = {out: "", expected: ""}
    is_compared = False
    num_explained = 0
    for node in ast.walk(definition):
        match node:
            case ast.Assign(
                [ast.Name(target)], ast.Call(ast.Name(function), [ast.Name(source)], [])
            ) if target == source and target in conversions and function in _CONVERSIONS:
                conversions[target] = function
                num_explained += target == out
            case ast.Compare(ast.Name(left), [ast.Eq() | ast.NotEq()], [ast.Name(right)]):
                is_compared |= {left, right} == {out, expected}
                num_explained += {left, right} == {out, expected}
            case ast.Call(ast.Attribute(_, "allclose" | "assert_allclose"), [ast.Name(left), _]):
                num_explained += left == out
            case ast.JoinedStr():
                num_explained += _num_uses(node, out)
    is_explained = is_compared and num_explained == _num_uses(definition, out)
    if not is_explained or conversions[out] != conversions[expected]:
        raise NotLiteral("a comparison that is not looked into")
    return Comparison(conversions[out])


def _num_uses(tree: ast.AST, name: str) -> int:
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
    return sum(isinstance(node.ctx, ast.Load) for node in names)
