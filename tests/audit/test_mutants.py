"""Mutants of a program, held against what each operator is said to do."""

import ast

import pytest

from tarot.audit.mutants import Operator, mutants_of

PROGRAM = '''"""A docstring, which stays."""
def area(sides):
    total = 0
    for side in range(1, len(sides)):
        if side > 2 and sides[side]:
            total += side * max(sides)
    return f"{total + 1}"
'''


def changed(source: str) -> dict[Operator, set[str]]:
    """All mutants of a source of one line, by operator."""
    found: dict[Operator, set[str]] = {}
    for mutant in mutants_of(source, 1000, seed=0):
        found.setdefault(mutant.operator, set()).add(mutant.source)
    return found


@pytest.mark.parametrize(
    ("source", "operator", "mutants"),
    [
        ("a + b", Operator.ARITHMETIC, {"a - b"}),
        ("a % b", Operator.ARITHMETIC, {"a // b"}),
        ("a <= b", Operator.COMPARISON, {"a < b"}),
        ("a not in b", Operator.COMPARISON, {"a in b"}),
        ("a and b", Operator.LOGIC, {"a or b"}),
        ("x = True", Operator.LOGIC, {"x = False"}),
        ("x = 7", Operator.NUMBER, {"x = 8", "x = 6"}),
        ("x = 'no'", Operator.TEXT, {"x = ''"}),
        ("x = ''", Operator.TEXT, {"x = '?'"}),
        ("range(n)", Operator.RANGE, {"range(n - 1)"}),
        ("range(a, n, s)", Operator.RANGE, {"range(a, n - 1, s)"}),
        ("min(a)", Operator.FUNCTION, {"max(a)"}),
        ("a.sort()", Operator.STATEMENT, {"pass"}),
        ("x = -y", Operator.CONDITION, {"x = y"}),
        ("x = y if a else z", Operator.CONDITION, {"x = y if not a else z"}),
        ("while a:\n    break", Operator.LOOP, {"while a:\n    continue"}),
    ],
)
def test_each_operator_changes_what_it_says(
    source: str, operator: Operator, mutants: set[str]
) -> None:
    assert changed(source)[operator] == mutants


def test_docstrings_f_strings_and_parameters_stay_as_they_are() -> None:
    mutants = mutants_of(PROGRAM, 1000, seed=0)
    assert {mutant.line for mutant in mutants} == {3, 4, 5, 6}
    for mutant in mutants:
        assert ast.get_docstring(ast.parse(mutant.source)) == "A docstring, which stays."
        assert "{total + 1}" in mutant.source
    assert mutants_of("def f(a=1): return a", 1000, seed=0) == []


def test_mutants_are_distinct_and_drawn_by_the_seed() -> None:
    everything = mutants_of(PROGRAM, 1000, seed=0)
    assert len({mutant.source for mutant in everything}) == len(everything) > 10
    drawn = mutants_of(PROGRAM, 4, seed=0)
    assert drawn == everything[:4]
    assert drawn != mutants_of(PROGRAM, 4, seed=1)
    assert mutants_of(PROGRAM, 0, seed=0) == []


@pytest.mark.parametrize("source", ["print 1", "x = \0", "(" * 5000, ""])
def test_what_is_no_python_has_no_mutants(source: str) -> None:
    assert mutants_of(source, 10, seed=0) == []
