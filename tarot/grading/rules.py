"""What a test asks of a program: what is run, and which outputs are right."""

from tarot.grading.calls import calling, close_value, same_value
from tarot.grading.checkers import is_checker
from tarot.grading.comparators import Comparator, Rule, close_numbers
from tarot.types import Program, TestCase, TestKind, UserError


def comparator_of(name: Comparator | str) -> Comparator:
    """The comparator of a name; raises UserError for an unknown one."""
    try:
        return Comparator(name)
    except ValueError:
        names = ", ".join(Comparator)
        raise UserError(f"grading.comparator: {name!r} is not one of {names}") from None


def runnable(program: Program, test: TestCase) -> Program:
    """The program that a sandbox runs on the test's input."""
    is_call = test.kind is TestKind.FUNCTION_CALL
    return Program(calling(program.source)) if is_call else program


def input_of(test: TestCase) -> bytes:
    """The test's input as a sandbox takes it."""
    return test.stdin.encode("utf-8", "surrogatepass")


def rule_of(test: TestCase, comparator: Comparator) -> Rule:
    """The comparison with the expected output; a checker program decides after it."""
    if is_checker(test.checker):
        return anything
    is_tolerant = test.checker == Comparator.FLOAT
    if test.kind is TestKind.FUNCTION_CALL:
        return close_value if is_tolerant else same_value
    return close_numbers if is_tolerant else comparator.accepts


def anything(output: bytes, expected: bytes) -> bool:
    """The rule of a program that only has to end well; the rest is for its checker."""
    return True
