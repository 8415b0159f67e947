"""Reference solutions against their own suites."""

from collections.abc import Iterator

import pytest

from tarot.audit.findings import FindingKind, Placed
from tarot.audit.references import failing_references
from tarot.grading.grader import Grader
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits, Problem, TestCase, Tier, UserError

LIMITS = Limits(cpu_s=2.0, wall_s=20.0, memory_mb=256, output_kb=64)


@pytest.fixture
def grader() -> Iterator[Grader]:
    grader = Grader(LocalSandbox(), LIMITS)
    yield grader
    grader.close()


def _placed(name: str, reference: str | None) -> Placed:
    tests = (TestCase("4\n", "5\n", Tier.BASIC), TestCase("0\n", "1\n", Tier.EDGE))
    return Placed(f"rows:{name}", Problem(name, "Add one.", tests, reference))


def test_a_reference_that_its_suite_refuses_is_found_with_test_and_verdict(grader: Grader) -> None:
    problems = [
        _placed("right", "print(int(input()) + 1)"),
        _placed("also right", "import sys; print(int(sys.stdin.read()) + 1)"),
        _placed("edgy", "n = int(input())\nprint(n + n // n)"),
        _placed("none", None),
    ]
    done: list[int] = []
    (finding,) = failing_references(problems, grader, done.append)
    assert (finding.kind, finding.place) == (FindingKind.FAILING_REFERENCE, "rows:edgy")
    assert finding.detail == "test 1 (edge): runtime_error"
    assert done == [1, 2, 3]


def test_an_outage_is_no_failing_reference(grader: Grader) -> None:
    grader.close()
    with pytest.raises(UserError, match=r"^rows:right: the sandbox could not judge"):
        list(failing_references([_placed("right", "print(1)")], grader, lambda done: None))
