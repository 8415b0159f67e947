"""The pages of `tarot report`: what they take besides a run's own files, and where they go."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.progress import Progress

from tarot.cli.composition import compose
from tarot.config.reporting import ReportConfig
from tarot.config.targets import build
from tarot.data import DataSource, Split
from tarot.evaluation.claims import estimate_of
from tarot.evaluation.scores import Score, read_scores
from tarot.grading.grader import self_check
from tarot.grading.trials import Trials
from tarot.report.benchmarks import BenchmarkScore
from tarot.report.completions import Again
from tarot.report.execution import run_again
from tarot.report.run_page import Beside, Gathered, gather, run_page
from tarot.report.sweep_page import SweptRun, read_swept, sweep_page
from tarot.runs import RunDirectory, write_atomically
from tarot.runs.standing import status_of
from tarot.runs.sweep import SweepDirectory, differing_overrides
from tarot.types import Limits, Problem, UserError

PAGE = "report.html"
_BYTES_PER_MB = 1e6


def write_run_page(run: RunDirectory, config: ReportConfig) -> str:
    """Write the page of a run, and say where it is and how large."""
    gathered = gather(run, config.completions)
    beside = _beside(run)
    try:
        beside = replace(beside, problems=_problems(run))
    except UserError as error:
        if config.execute:
            raise
        beside = replace(beside, notes=(f"The problems' tests are not at hand: {error}",))
    if config.execute:
        again = _run_again(gathered, beside.problems, run.config()["grading"], config.sandbox)
        beside = replace(beside, again=again)
    return _write(_place(run.path, config), run_page(run, gathered, beside))


def write_sweep_page(sweep: SweepDirectory, config: ReportConfig) -> str:
    """Write the page of a sweep, and say where it is and how large."""
    place, process, runs = _place(sweep.path, config), sweep.process(), sweep.runs()
    swept: list[SweptRun] = []
    for number, (run, settings) in enumerate(zip(runs, differing_overrides(runs), strict=True), 1):
        directory = RunDirectory(run.directory)
        swept.append(
            read_swept(
                *(number, directory, settings, status_of(sweep, run, process)),
                link=_link(directory.path / PAGE, place.parent),
                scores=_scores(directory),
            )
        )
    return _write(place, sweep_page(sweep.path.resolve().name, swept))


def _beside(run: RunDirectory) -> Beside:
    (job,) = compose("train", [])
    return Beside(default=job.config, scores=_scores(run))


def _problems(run: RunDirectory) -> dict[str, Problem]:
    """The problems that the run was trained on; UserError where they are not to be had."""
    source: DataSource = build("data", run.config()["data"])
    if source.fingerprint() != run.data_fingerprint():
        raise UserError("data: it has changed since the run, whose tests may have been others")
    return {problem.id: problem for problem in source.load(Split.TRAIN)}


def _run_again(
    gathered: Gathered,
    problems: Mapping[str, Problem],
    grading: Mapping[str, Any],
    sandbox_node: Mapping[str, Any],
) -> Again:
    """On the run's own terms, in the sandbox that is asked for."""
    errors = Console(stderr=True)
    limits = Limits(**grading["limits"])
    sandbox = build("sandbox", sandbox_node)
    try:
        self_check(sandbox)
        trials = Trials(sandbox, grading["comparator"], limits)
        with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
            task = progress.add_task("running completions", total=None)
            return run_again(
                gathered.shown,
                problems,
                trials,
                limits,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
    finally:
        sandbox.close()


def _scores(run: RunDirectory) -> list[BenchmarkScore]:
    return [_score(one) for scores in read_scores(run.path).values() for one in scores]


def _score(score: Score) -> BenchmarkScore:
    return BenchmarkScore(score.benchmark, estimate_of(score), score.num_samples)


def _place(directory: Path, config: ReportConfig) -> Path:
    return directory / PAGE if config.out is None else Path(config.out)


def _link(page: Path, folder: Path) -> str | None:
    return quote(os.path.relpath(page, folder)) if page.exists() else None


def _write(place: Path, page: str) -> str:
    content = page.encode("utf-8", "replace")
    try:
        write_atomically(place, content)
    except OSError as error:
        raise UserError(
            f"{place}: can't be written: {error.strerror}; name another place with out=FILE.html"
        ) from error
    return f"written to {place}, {len(content) / _BYTES_PER_MB:.1f} MB"
