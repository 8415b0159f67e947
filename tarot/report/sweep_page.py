"""The page of a sweep: its runs side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from tarot.capability import SUITE
from tarot.pages import render
from tarot.report.benchmarks import BenchmarkScore
from tarot.report.catalogue import charts_of_a_sweep, evaluations_of_a_sweep
from tarot.report.charts import Chart
from tarot.report.drawing import Curve, Picture, picture_of
from tarot.report.held_out import (
    HEAD,
    Changes,
    HeldOutTable,
    change_table,
    read_changes,
)
from tarot.report.intervals import Bar, draw_bars, in_words
from tarot.report.run_page import chart_data
from tarot.report.series import Series, read_series, thinned
from tarot.runs import RunDirectory
from tarot.runs.settings import setting_rows
from tarot.runs.standing import RunStatus

MAX_OVERLAID = 12
_NONE = "-"


@dataclass(frozen=True, slots=True)
class SweptRun:
    """A run of a sweep: its number, its settings that not all runs have, and how it stands.

    `link` leads to the run's own page, None without one. What lies in the run's directory is
    empty where there is none.
    """

    number: int
    name: str
    settings: str
    status: RunStatus
    link: str | None
    config: Mapping[str, Any]
    series: Series
    evaluations: Series
    changes: Changes
    scores: Sequence[BenchmarkScore]

    @property
    def label(self) -> str:
        """The number, by which charts name it, and what sets it apart."""
        return f"{self.number}: {self.settings or self.name}"


def read_swept(
    number: int,
    run: RunDirectory,
    settings: str,
    status: RunStatus,
    *,
    link: str | None,
    scores: Sequence[BenchmarkScore],
) -> SweptRun:
    """What a page shows of one run; `status.steps` is None where no directory holds it."""
    is_there = status.steps is not None
    return SweptRun(
        number=number,
        name=run.path.name,
        settings=settings,
        status=status,
        link=link if is_there else None,
        config=run.config() if is_there else {},
        series=thinned(read_series(run.log.steps() if is_there else ())),
        evaluations=thinned(read_series(run.log.evaluations() if is_there else ())),
        changes=read_changes(run) if is_there else {},
        scores=scores if is_there else (),
    )


def sweep_page(name: str, runs: Sequence[SweptRun]) -> str:
    """The whole page of a sweep of that name."""
    series = [run.series for run in runs]
    pictures = [found for one in charts_of_a_sweep() for found in _pictures(one, runs, series)]
    evaluations = [run.evaluations for run in runs]
    pictures += _pictures(evaluations_of_a_sweep(), runs, evaluations)
    found = [run for run in runs if run.config]
    differences = setting_rows([run.config for run in found]) if len(found) > 1 else ()
    return render(
        "tarot.report",
        "sweep.html",
        title=f"Sweep {name}",
        runs=[(run.link, _row(run)) for run in runs],
        held_out=list(_held_out(runs)),
        held_out_head=HEAD,
        benchmarks=list(_benchmarks(runs)),
        pictures=list(enumerate(pictures)),
        chart_data=chart_data(pictures),
        labels=[run.label for run in found],
        differences=list(differences),
    )


def _row(run: SweptRun) -> tuple[str, ...]:
    last = f"{run.series.last('reward'):.3f}" if run.series.has("reward") else _NONE
    return (str(run.number), run.name, run.settings, run.status.in_words, last)


def _pictures(
    chart: Chart, runs: Sequence[SweptRun], series: Sequence[Series]
) -> Iterator[Picture]:
    """The chart for each dozen of the runs that have figures for it in their series."""
    (line,) = chart.lines
    curves = [
        Curve(run.label, one.steps.tolist(), one.values[line.key], run.number - 1)
        for run, one in zip(runs, series, strict=True)
        if one.has(line.key)
    ]
    for start in range(0, len(curves), MAX_OVERLAID):
        yield picture_of(chart, curves[start : start + MAX_OVERLAID], part=start)


def _held_out(runs: Sequence[SweptRun]) -> Iterator[HeldOutTable]:
    """For each split the pass rates of whole suites, run by run."""
    for split in dict.fromkeys(split for run in runs for split in run.changes):
        known = {
            run.label: run.changes[split][SUITE]
            for run in runs
            if SUITE in run.changes.get(split, {})
        }
        if known:
            yield change_table(split, f"{split}: pass rate of whole suites", known)


def _benchmarks(
    runs: Sequence[SweptRun],
) -> Iterator[tuple[str, Markup, list[tuple[str, str]]]]:
    """For each benchmark its name, a picture, and a row a run."""
    for name in dict.fromkeys(one.benchmark for run in runs for one in run.scores):
        scores = [(run, one) for run in runs for one in run.scores if one.benchmark == name]
        bars = [Bar(run.label, "score", one.estimate) for run, one in scores]
        rows = [(run.label, in_words(one.estimate)) for run, one in scores]
        yield name, draw_bars(f"benchmark-{name}", bars), rows
