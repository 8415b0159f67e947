"""Reference solutions against their own suites."""

from collections.abc import Callable, Iterator, Sequence

from tarot.audit.findings import Finding, FindingKind, Placed
from tarot.grading.grader import Grader
from tarot.types import Grade, Program, UserError, Verdict


def failing_references(
    problems: Sequence[Placed], grader: Grader, on_progress: Callable[[int], None]
) -> Iterator[Finding]:
    """The references that some test of their own suite refuses; `on_progress` gets the number done.

    Raises UserError where the sandbox could not judge: that says nothing of a reference.
    """
    solved = [placed for placed in problems if placed.problem.reference is not None]
    grades = grader.stream((one.problem, Program(one.problem.reference or "")) for one in solved)
    for number, (placed, grade) in enumerate(zip(solved, grades, strict=True), start=1):
        if not grade.is_judged:
            raise UserError(
                f"{placed.place}: the sandbox could not judge the reference of "
                f"{placed.problem.id}; see the log and type the command again"
            )
        if detail := _failures(grade):
            yield placed.finding(FindingKind.FAILING_REFERENCE, detail)
        on_progress(number)


def _failures(grade: Grade) -> str:
    return ", ".join(
        f"test {number}{f' ({result.tier})' if result.tier else ''}: {result.verdict}"
        for number, result in enumerate(grade.results)
        if result.verdict is not Verdict.ACCEPTED
    )
