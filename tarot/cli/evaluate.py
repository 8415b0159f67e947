"""`tarot evaluate`: benchmarks of a checkpoint, each run once and kept beside it."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from tarot.cli.command import typed_command
from tarot.cli.composition import compose
from tarot.cli.screen import screen
from tarot.config.evaluation import EvaluateConfig
from tarot.config.model_facts import with_facts
from tarot.config.targets import build, check_target
from tarot.config.validation import parse
from tarot.evaluation import estimate_of
from tarot.evaluation.benchmark import Benchmark, Evaluation, Processes
from tarot.evaluation.running import Result, evaluate, missing, place_of
from tarot.evaluation.target import find_target
from tarot.runs.children import Children, signals
from tarot.runs.exits import Exit
from tarot.types import UserError


@dataclass(frozen=True, slots=True)
class Job:
    """A checkpoint and its benchmarks by name."""

    evaluation: Evaluation
    benchmarks: Mapping[str, Benchmark]


def run(arguments: Sequence[str]) -> int:
    """Evaluate everything that the arguments describe; the exit code is that of the worst."""
    composed = [with_facts(job.config) for job in compose("evaluate", arguments)]
    jobs = [_job(parse(EvaluateConfig, config)) for config in composed]
    for job in jobs:
        if job.evaluation.config.dry_run:
            _show(job)
    due = [job for job in jobs if not job.evaluation.config.dry_run]
    for job in due:
        for benchmark in missing(job.evaluation, job.benchmarks).values():
            benchmark.check(job.evaluation)
    return _run(due, typed_command("evaluate", arguments)) if due else Exit.OK


def _job(config: EvaluateConfig) -> Job:
    for name, node in config.benchmark.items():
        check_target(f"benchmark.{name}", node)
    benchmarks = {name: build(f"benchmark.{name}", node) for name, node in config.benchmark.items()}
    return Job(Evaluation(config, find_target(config)), benchmarks)


def _run(jobs: Sequence[Job], typed: str) -> Exit:
    """Run all jobs; a signal ends what is running, and nothing is started after it."""
    results: list[tuple[str, Result]] = []
    refused = False
    try:
        with Children() as children, signals(lambda _: children.kill(), children.kill) as received:
            for job in jobs:
                found = _evaluate(job, received)
                refused |= found is None
                results += [(job.evaluation.target.name, result) for result in found or ()]
    except KeyboardInterrupt:
        sys.stderr.write(f"stopped; go on with what is missing: {typed}\n")
        return Exit.INTERRUPTED
    _tabulate(results, screen())
    num_failed = sum(result.score is None for _, result in results)
    if num_failed:
        sys.stderr.write(f"{num_failed} of {len(results)} failed; try them again with: {typed}\n")
    return Exit.USER_ERROR if refused else Exit.FAILED if num_failed else Exit.OK


def _evaluate(job: Job, received: Sequence[int]) -> list[Result] | None:
    """The results of one checkpoint; None where it can't be evaluated now, which is said.

    What its benchmarks share, such as a server, ends before the next checkpoint needs the GPUs.
    """
    try:
        with Children() as shared:
            processes = Processes(shared, received)
            return evaluate(job.evaluation, job.benchmarks, processes, _tell)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return None


def _tell(result: Result) -> None:
    """One line for each benchmark, as it ends."""
    if result.score is None:
        sys.stderr.write(f"{result.benchmark}: failed: {result.cause}\n")
    else:
        sys.stdout.write(f"{result.benchmark}: {result.score.value:.1%}\n")
        sys.stdout.flush()


def _show(job: Job) -> None:
    """What would be started, with which settings, and what is there already."""
    target = job.evaluation.target
    sys.stdout.write(f"{target.name}: {target.checkpoint or target.model.id}\n")
    for name, benchmark in job.benchmarks.items():
        place = place_of(name, benchmark, job.evaluation)
        state = "there already" if place.score() else "missing"
        settings = json.dumps(place.inputs["settings"], sort_keys=True)
        command = benchmark.render(job.evaluation, place.raw)
        sys.stdout.write(f"\n{name}, {state}: {settings}\n  {command}\n")


def _tabulate(results: Sequence[tuple[str, Result]], console: Console) -> None:
    """The score of each benchmark with its interval over problems, or why there is none."""
    wide = [Column(name, overflow="fold") for name in ("checkpoint", "benchmark")]
    figures = ("score", "95% interval", "parts", "problems", "samples")
    table = Table(*wide, *figures, Column("cause", overflow="fold"))
    for name, result in results:
        table.add_row(*map(Text, (name, result.benchmark, *_cells(result))))
    console.print(table)


def _cells(result: Result) -> tuple[str, ...]:
    score = result.score
    if score is None:
        return ("", "", "", "", "", result.cause)
    error = f" ± {score.std_error:.1%}" if score.std_error is not None else ""
    parts = ", ".join(f"{name} {value:.1%}" for name, value in score.parts.items())
    counts = (str(score.num_problems), str(score.num_samples))
    found = estimate_of(score)
    interval = f"[{found.low:.1%}, {found.high:.1%}]"
    return (f"{score.value:.1%}{error}", interval, parts, *counts, "")
