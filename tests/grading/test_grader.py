import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tarot.grading.extraction import extract_program
from tarot.grading.grader import Grader, self_check
from tarot.grading.judge import judge
from tarot.sandbox.local import LocalSandbox
from tarot.types import (
    Execution,
    Job,
    Limits,
    Problem,
    Program,
    StopReason,
    TestCase,
    Tier,
    UserError,
    Verdict,
    WithinTier,
)

LIMITS = Limits(cpu_s=5.0, wall_s=30.0, memory_mb=512, output_kb=1024)
ADD = Problem(
    id="add",
    statement="Add one.",
    tests=(
        TestCase("1\n", "2\n", Tier.BASIC),
        TestCase("-1\n", "0\n", Tier.EDGE),
        TestCase("5\n", "6\n", None),
    ),
)


class EchoSandbox:
    """Runs nothing: the program's source is its output, and "lost" is lost."""

    def __init__(self) -> None:
        self.batches: list[list[Job]] = []

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        self.batches.append(list(jobs))
        return [_echo(job) for job in jobs]

    def close(self) -> None:
        self.batches.clear()


def _echo(job: Job) -> Execution:
    if "lost" in job.program.source:
        return Execution(b"", b"", None, 0.0, 0.0, 0.0, StopReason.INFRASTRUCTURE)
    return Execution(job.program.source.encode() + job.stdin, b"", 0, 0.25, 0.5, 1.0)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    grader = Grader(LocalSandbox(), LIMITS)
    yield grader
    grader.close()


def test_every_test_of_the_suite_has_its_own_verdict(grader: Grader) -> None:
    program = "n = int(input())\nif n < 0:\n    while True: pass\nprint(6)"
    limits = Limits(cpu_s=0.3, wall_s=5.0, memory_mb=256, output_kb=64)
    strict = Grader(LocalSandbox(), limits)

    [grade] = strict.grade([(ADD, program)])

    strict.close()
    assert [r.verdict for r in grade.results] == [
        Verdict.WRONG_ANSWER,
        Verdict.TIME_LIMIT,
        Verdict.ACCEPTED,
    ]
    assert [r.tier for r in grade.results] == [Tier.BASIC, Tier.EDGE, None]
    assert grade.results[1].cpu_s >= 0.3
    assert grade.passes() == {Tier.BASIC: 0.0, Tier.EDGE: 0.0}


def test_how_a_tier_counts_goes_from_the_problem_to_its_grade() -> None:
    tests = (TestCase("1", "print(2)1", Tier.BASIC), TestCase("2", "print(2)1", Tier.BASIC))
    mean = Problem("half", "", tests)

    grades = Grader(EchoSandbox(), LIMITS).grade(
        [(problem, "print(2)") for problem in (mean, replace(mean, within_tier=WithinTier.ALL))]
    )

    assert [grade.passes() for grade in grades] == [{Tier.BASIC: 0.5}, {Tier.BASIC: 0.0}]


def test_grades_come_in_the_order_of_the_items(grader: Grader) -> None:
    completions = ["print(int(input()) + 1)", "no code", "print(6)", "1/0 + print()"]

    grades = grader.grade([(ADD, completion) for completion in completions])

    assert [[r.verdict for r in grade.results] for grade in grades] == [
        [Verdict.ACCEPTED] * 3,
        [Verdict.NO_CODE] * 3,
        [Verdict.WRONG_ANSWER, Verdict.WRONG_ANSWER, Verdict.ACCEPTED],
        [Verdict.RUNTIME_ERROR] * 3,
    ]
    assert grades[1].program is None


def test_a_program_runs_once_for_each_distinct_input() -> None:
    sandbox = EchoSandbox()
    other = Problem("other", "", (TestCase("1\n", "x", Tier.BASIC),))

    Grader(sandbox, LIMITS).grade(
        [(ADD, "print(1)")] * 7 + [(ADD, "print(2)"), (other, "print(1)")]
    )

    [jobs] = sandbox.batches
    assert [(job.program.source, job.stdin) for job in jobs] == [
        (source, stdin)
        for source in ("print(1)", "print(2)")
        for stdin in (b"1\n", b"-1\n", b"5\n")
    ]


def test_many_programs_are_graded_some_at_a_time_and_each_in_its_place() -> None:
    sandbox = EchoSandbox()
    problem = Problem("echo", "", (TestCase("", "7", Tier.BASIC),))
    grades = Grader(sandbox, LIMITS).stream((problem, Program(str(n))) for n in range(100))

    first = next(grades)

    assert first.program == Program("0")
    assert [len(batch) for batch in sandbox.batches] == [64]
    rest = [grade.results[0].verdict is Verdict.ACCEPTED for grade in grades]
    assert [place for place, is_right in enumerate(rest, start=1) if is_right] == [7]
    assert [len(batch) for batch in sandbox.batches] == [64, 36]


def test_what_was_run_before_is_not_run_again() -> None:
    sandbox = EchoSandbox()
    grader = Grader(sandbox, LIMITS, cache_size=3)

    first = grader.grade([(ADD, "print(1)")])
    second = grader.grade([(ADD, "print(1)"), (ADD, "print(2)")])
    grader.grade([(ADD, "print(1)")])

    assert first[0] == second[0]
    assert [len(jobs) for jobs in sandbox.batches] == [3, 3, 3]


def test_whoever_watches_is_told_of_each_execution_once() -> None:
    """Two completions are one program; what is in the cache is not run, and not told."""
    grader = Grader(EchoSandbox(), LIMITS)
    told: list[Execution] = []

    grader.grade([(ADD, "print(1)"), (ADD, "print(1)")], told.extend)
    assert [execution.stdout for execution in told] == [
        b"print(1)" + stdin for stdin in (b"1\n", b"-1\n", b"5\n")
    ]
    grader.grade([(ADD, "print(1)")], told.extend)
    assert len(told) == 3


def test_a_lost_execution_is_tried_again() -> None:
    sandbox = EchoSandbox()
    grader = Grader(sandbox, LIMITS)

    for _ in range(2):
        grader.grade([(ADD, "print('lost')")])

    assert [len(jobs) for jobs in sandbox.batches] == [3, 3]


def test_a_lost_execution_makes_makes_the_grade_unjudged_and_no_other() -> None:
    grades = Grader(EchoSandbox(), LIMITS).grade([(ADD, "print('lost')"), (ADD, "print(1)")])

    assert [grade.is_judged for grade in grades] == [False, True]
    assert {r.verdict for r in grades[0].results} == {Verdict.INFRASTRUCTURE}


def test_a_test_can_ask_for_a_tolerance(grader: Grader) -> None:
    tests = (
        TestCase("", "0.3333333333", Tier.BASIC, checker="float"),
        TestCase("", "0.3333333333", Tier.EDGE),
    )

    [grade] = grader.grade([(Problem("third", "", tests), "print(1 / 3)")])

    assert [r.verdict for r in grade.results] == [Verdict.ACCEPTED, Verdict.WRONG_ANSWER]


def test_the_comparator_is_a_setting(grader: Grader) -> None:
    problem = Problem("prefix", "", (TestCase("", "print()\n2", Tier.BASIC),))

    [published] = Grader(EchoSandbox(), LIMITS, "published").grade([(problem, "print()")])
    [tokens] = Grader(EchoSandbox(), LIMITS, "tokens").grade([(problem, "print()")])

    assert published.results[0].verdict is Verdict.ACCEPTED
    assert tokens.results[0].verdict is Verdict.WRONG_ANSWER


def test_an_unknown_comparator_is_named() -> None:
    with pytest.raises(UserError, match=r"grading\.comparator: 'exact' is not one of tokens"):
        Grader(EchoSandbox(), LIMITS, "exact")


def test_the_self_check_accepts_a_sandbox_that_works_and_no_other() -> None:
    sandbox = LocalSandbox(slots=1)
    self_check(sandbox)
    sandbox.close()

    with pytest.raises(UserError, match="came back as wrong_answer"):
        self_check(EchoSandbox())


def test_closing_the_grader_closes_its_sandbox() -> None:
    sandbox = EchoSandbox()
    grader = Grader(sandbox, LIMITS)
    grader.grade([(ADD, "print(1)")])

    grader.close()

    assert sandbox.batches == []


def test_the_reference_solutions_of_the_sample_pass_all_their_tests(
    grader: Grader, shared: Path
) -> None:
    problems = list(_sample(shared))

    grades = grader.grade([(problem, problem.reference or "") for problem in problems])

    verdicts = [result.verdict for grade in grades for result in grade.results]
    assert verdicts == [Verdict.ACCEPTED] * 40


def test_an_output_without_its_last_line_is_wrong(shared: Path) -> None:
    outputs = [test.expected.strip() for problem in _sample(shared) for test in problem.tests]
    cut = [(text, text.rpartition("\n")[0]) for text in outputs if "\n" in text]

    assert len(cut) == 15
    for whole, part in cut:
        execution = Execution(part.encode(), b"", 0, 0.0, 0.0, 0.0)
        assert judge(execution, whole) is Verdict.WRONG_ANSWER


def test_every_reference_solution_of_the_sample_is_found(shared: Path) -> None:
    for problem in _sample(shared):
        program = extract_program(problem.reference or "")
        assert program is not None
        assert program == Program((problem.reference or "").strip().split("\n", 1)[1][:-4])


def _sample(shared: Path) -> Iterator[Problem]:
    with (shared / "tarot/sample.jsonl").open() as file:
        for row in map(json.loads, file):
            tests = row["verification_info"]["test_cases"]
            yield Problem(
                id=row["problem_id"],
                statement="",
                tests=tuple(TestCase(t["input"], t["output"], None) for t in tests),
                reference=row["gold_standard_solution"],
            )
