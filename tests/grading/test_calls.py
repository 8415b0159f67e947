"""Tests that call a function, judged by the value that it returns."""

from collections.abc import Iterator

import pytest

from tarot.grading.calls import close_value, same_value
from tarot.grading.grader import Grader
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits, Problem, Program, TestCase, TestKind, Tier, Verdict

LIMITS = Limits(cpu_s=2.0, wall_s=20.0, memory_mb=256, output_kb=64)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    grader = Grader(LocalSandbox(slots=1), LIMITS)
    yield grader
    grader.close()


@pytest.mark.parametrize(
    ("value", "expected", "verdict"),
    [
        (b"[1, 2]", b"[1,2]\n", True),
        (b"(1, 2)", b"[1, 2]", True),
        (b"[1, 2]", b"[1]", False),
        (b"[]", b"[1]", False),
        (b"{'a': [1]}", b'{"a": (1,)}', True),
        (b"{'a': 1}", b"{'a': 1, 'b': 2}", False),
        (b"{1, 2}", b"{2, 1}", True),
        (b"'1'", b"1", False),
        (b"'1'", b'"1"', True),
        (b"1", b"1.0", True),
        (b"1", b"True", False),
        (b"True", b"True", True),
        (b"None", b"None", True),
        (b"0", b"None", False),
        (b"1000001", b"1000000", False),
        (b"1.0000001", b"1.0", False),
        (b"nan", b"nan", False),
        (b"inf", b"inf", True),
        (b"[-inf, 'inf']", b"[-1e999, 'inf']", True),
        (b"inf", b"-inf", False),
        (b"1e308", b"inf", False),
        (b"inf()", b"inf", False),
        (b"set()", b"set()", True),
        (b"(1+2j)", b"(1+2j)", True),
        (b"<object>", b"1", False),
        (b"1\n1", b"1", False),
        (b"", b"1", False),
        (b"\xff", b"1", False),
        (b"{[]: 1}", b"1", False),
        (b"[" * 5000, b"1", False),
        (b"-" * 1000 + b"1", b"1", False),
    ],
)
def test_values_are_compared_as_literals(value: bytes, expected: bytes, verdict: bool) -> None:
    assert same_value(value, expected) is verdict


@pytest.mark.parametrize(
    ("value", "expected", "verdict"),
    [
        (b"[1.0000001, 2]", b"[1.0, 2]", True),
        (b"1.00001", b"1.0", False),
        (b"inf", b"1e999", True),
        (b"inf", b"-1e999", False),
        (b"1e308", b"inf", False),
        (b"1j", b"1j", True),
        (b"1" + b"0" * 400, b"1.0", False),
    ],
)
def test_numbers_in_values_may_differ_by_a_millionth(
    value: bytes, expected: bytes, verdict: bool
) -> None:
    assert close_value(value, expected) is verdict


@pytest.mark.parametrize(
    ("source", "call", "verdict"),
    [
        ("def add(a, b): return a + b", "add(3, 4)", Verdict.ACCEPTED),
        ("def add(a, b): return a + b", "add(3, b=4)\n", Verdict.ACCEPTED),
        (
            "class Solution:\n    def add(self, a, b): return a + b",
            "Solution().add(3, 4)",
            Verdict.ACCEPTED,
        ),
        ("def add(a, b):\n    print('debug')\n    return a + b", "add(3, 4)", Verdict.ACCEPTED),
        ("def add(a, b): return a - b", "add(3, 4)", Verdict.WRONG_ANSWER),
        ("def add(a, b): print(a + b)", "add(3, 4)", Verdict.WRONG_ANSWER),
        ("def add(a, b): return str(a + b)", "add(3, 4)", Verdict.WRONG_ANSWER),
        ("def add(a, b): return a / 0", "add(3, 4)", Verdict.RUNTIME_ERROR),
        ("def sub(a, b): return a + b", "add(3, 4)", Verdict.RUNTIME_ERROR),
        ("def add(a, b):\n    while True: pass", "add(3, 4)", Verdict.TIME_LIMIT),
        ("def add(a, b): return a + b\nif __name__ == '__main__': 1 / 0", "add(3, 4)", "accepted"),
        (
            "from __future__ import annotations\nimport dataclasses, pickle\n"
            "@dataclasses.dataclass\nclass P:\n    x: int\n"
            "def add(a, b): return pickle.loads(pickle.dumps(P(a + b))).x",
            "add(3, 4)",
            Verdict.ACCEPTED,
        ),
        ("def add(a, b):\n    import os\n    os.write(1, b'7')", "add(3, 4)", "wrong_answer"),
    ],
)
def test_the_value_that_a_call_returns_counts(
    grader: Grader, source: str, call: str, verdict: Verdict
) -> None:
    test = TestCase(call, "7", Tier.BASIC, TestKind.FUNCTION_CALL)

    [grade] = grader.grade_programs([(Problem("add", "", (test,)), Program(source))])

    assert grade.results[0].verdict == verdict


def test_a_call_can_ask_for_a_tolerance(grader: Grader) -> None:
    tests = [
        TestCase("third()", "0.333333333", Tier.BASIC, TestKind.FUNCTION_CALL, checker)
        for checker in ("float", None)
    ]

    [grade] = grader.grade_programs(
        [(Problem("third", "", tuple(tests)), Program("third = lambda: 1 / 3"))]
    )

    assert [r.verdict for r in grade.results] == [Verdict.ACCEPTED, Verdict.WRONG_ANSWER]
