"""Running a run's programs again, where the log can't tell what their tests would say now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tarot.grading.grader import Grader
from tarot.runs import RunDirectory
from tarot.runs.rollouts import results_column, results_of, rollout_table
from tarot.types import Problem, Program, TestResult, Verdict


@dataclass(frozen=True, slots=True)
class Regraded:
    """A table of rollouts with new results, and the rows that were judged anew.

    `num_kept` rows have their logged results still, because the data no longer holds their
    problem; `num_unjudged` of those that were run again could not be judged.
    """

    table: Any
    num_rows: int
    num_kept: int
    num_unjudged: int


def regrade(
    run: RunDirectory,
    table: Any,
    problems: Mapping[str, Problem],
    grader: Grader,
    on_progress: Callable[[int, int], None],
) -> Regraded:
    """Judge all programs of a run whose problem is in `problems`; told the rows done, of how many.

    A rollout holds its tests' verdicts but not the tests, so that of a problem of other data none
    can be told to be the same.
    """
    texts = rollout_table(run, ("problem_id", "program")).to_pydict()
    items = [
        (row, (problems[problem_id], None if source is None else Program(source)))
        for row, (problem_id, source) in enumerate(zip(*texts.values(), strict=True))
        if problem_id in problems
    ]
    results = [results_of(entries) for entries in table["results"].to_pylist()]
    grades = grader.stream(trial for _, trial in items)
    for done, ((row, _), grade) in enumerate(zip(items, grades, strict=True), start=1):
        results[row] = grade.results
        on_progress(done, len(items))
    place = table.schema.get_field_index("results")
    return Regraded(
        table=table.set_column(place, "results", results_column(results)),
        num_rows=len(items),
        num_kept=len(results) - len(items),
        num_unjudged=sum(_is_lost(results[row]) for row, _ in items),
    )


def _is_lost(results: tuple[TestResult, ...]) -> bool:
    return any(result.verdict is Verdict.INFRASTRUCTURE for result in results)
