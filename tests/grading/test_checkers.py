"""Tests whose outputs a program of the author's checks."""

import logging
from collections.abc import Iterator, Sequence

import pytest

from tarot.grading.grader import Grader
from tarot.sandbox.local import LocalSandbox
from tarot.types import Execution, Job, Limits, Problem, Program, TestCase, Tier, Verdict

LIMITS = Limits(cpu_s=1.0, wall_s=20.0, memory_mb=256, output_kb=64)
DIVISOR = """
import sys
number, divisor = (int(open(path).read()) for path in sys.argv[1:3])
largest = int(open(sys.argv[3]).read())
sys.exit(not (1 < divisor <= largest and number % divisor == 0))
"""


class RecordingSandbox:
    """A local sandbox that notes what runs together."""

    def __init__(self) -> None:
        self.batches: list[list[Job]] = []
        self._sandbox = LocalSandbox(slots=2)

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        self.batches.append(list(jobs))
        return self._sandbox.run(jobs)

    def close(self) -> None:
        self._sandbox.close()


@pytest.fixture
def sandbox() -> Iterator[RecordingSandbox]:
    sandbox = RecordingSandbox()
    yield sandbox
    sandbox.close()


def verdicts(sandbox: RecordingSandbox, checker: str, *sources: str) -> list[Verdict]:
    problem = Problem("divisor", "", (TestCase("15\n", "5\n", Tier.BASIC, checker=checker),))
    grades = Grader(sandbox, LIMITS).grade_programs([(problem, Program(s)) for s in sources])
    return [grade.results[0].verdict for grade in grades]


def test_a_checkers_exit_code_is_the_verdict(sandbox: RecordingSandbox) -> None:
    sources = ["print(3)", "print(5)", "print(4)", "print(15)", "print('three')"]

    assert verdicts(sandbox, DIVISOR, *sources) == [
        Verdict.ACCEPTED,
        Verdict.ACCEPTED,
        Verdict.WRONG_ANSWER,
        Verdict.WRONG_ANSWER,
        Verdict.WRONG_ANSWER,
    ]


def test_what_failed_by_itself_is_not_checked(sandbox: RecordingSandbox) -> None:
    sources = ["print(3); 1 / 0", "print(3)\nwhile True: pass", "import os; os.fork()"]

    assert verdicts(sandbox, DIVISOR, *sources) == [
        Verdict.RUNTIME_ERROR,
        Verdict.TIME_LIMIT,
        Verdict.SECURITY,
    ]
    assert len(sandbox.batches) == 1


def test_no_candidate_runs_beside_a_checker_and_equal_outputs_are_checked_once(
    sandbox: RecordingSandbox,
) -> None:
    verdicts(sandbox, DIVISOR, "print(3)", "print(1 + 2)", "print(4)")

    candidates, checks = sandbox.batches
    assert [job.stdin for job in candidates] == [b"15\n"] * 3
    assert len(checks) == 2
    assert all(b"expected" not in job.stdin for job in candidates)


def test_bytes_and_long_outputs_reach_a_checker_as_they_are(sandbox: RecordingSandbox) -> None:
    source = "import sys\nsys.stdout.buffer.write(bytes(range(256)) * 255)"
    checker = "import sys\nsys.exit(open('output', 'rb').read() != bytes(range(256)) * 255)"

    assert verdicts(sandbox, checker, source) == [Verdict.ACCEPTED]


@pytest.mark.parametrize(
    ("checker", "verdict"),
    [
        ("while True: pass", Verdict.INFRASTRUCTURE),
        ("import os; os.abort()", Verdict.INFRASTRUCTURE),
        ("import os; os.fork()", Verdict.INFRASTRUCTURE),
        ("not python", Verdict.WRONG_ANSWER),
        ("", Verdict.ACCEPTED),
    ],
)
def test_a_checker_that_does_not_come_to_an_end_says_nothing(
    sandbox: RecordingSandbox, caplog: pytest.LogCaptureFixture, checker: str, verdict: Verdict
) -> None:
    with caplog.at_level(logging.WARNING, logger="tarot.grading"):
        assert verdicts(sandbox, checker, "print(3)") == [verdict]

    assert ("a checker ended by" in caplog.text) is (verdict is Verdict.INFRASTRUCTURE)


def test_a_checker_finds_the_names_of_its_files_in_its_arguments(
    sandbox: RecordingSandbox,
) -> None:
    checker = "import os, sys\nsys.exit(sys.argv[1:] != ['input', 'output', 'expected'])"

    assert verdicts(sandbox, checker, "print(3)") == [Verdict.ACCEPTED]
