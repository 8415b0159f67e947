"""`tarot generate`: four-tier suites, written by models, checked by execution, paid for once."""

import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import Progress, TaskID

from tarot.cli.command import typed_command
from tarot.cli.composition import compose
from tarot.cli.generation_audit import audited
from tarot.cli.generation_plan import PlannedGeneration, plan_generation, show_plan
from tarot.cli.screen import screen
from tarot.config.generation import GenerateConfig
from tarot.config.hub_access import check_hub
from tarot.config.targets import build
from tarot.config.validation import parse
from tarot.generation.bases import Bases, Dropped
from tarot.generation.checking import Checker
from tarot.generation.failures import ServiceOutage
from tarot.generation.outcomes import open_outcomes
from tarot.generation.rounds import Rounds
from tarot.generation.standing import Standing
from tarot.generation.summary import Summary, summarize
from tarot.generation.trials import SandboxOutage
from tarot.grading.comparators import Comparator
from tarot.grading.grader import self_check
from tarot.publishing import is_done, push_data_set
from tarot.runs import read_json
from tarot.runs.exits import Exit
from tarot.types import Sandbox

_NUM_NAMED = 20


def run(arguments: Sequence[str]) -> int:
    """Make every data set that the arguments describe; the exit code is that of the worst."""
    jobs = [parse(GenerateConfig, job.config) for job in compose("generate", arguments)]
    planned = [plan_generation(config) for config in jobs]
    typed = typed_command("generate", arguments)
    return max([_generate(one, typed) for one in planned], default=Exit.OK)


def _generate(planned: PlannedGeneration, typed: str) -> Exit:
    if planned.config.dry_run:
        show_plan(planned, screen())
        return Exit.OK
    folder = planned.folder
    if not folder.is_finished_as(planned.identity):
        planned.generator.check_environment()
        check_hub(planned.config.hub)
        code = _make(planned, typed)
        if not folder.is_finished_as(planned.identity):
            return code
    else:
        sys.stdout.write(f"{folder.path} is finished; nothing to do\n")
    return _publish(planned)


def _make(planned: PlannedGeneration, typed: str) -> Exit:
    """Ask and check until all is answered, and write what came of it."""
    folder = planned.folder
    folder.prepare(planned.identity)
    with folder.lock():
        bases = planned.bases()
        _name(bases.dropped)
        sandbox: Sandbox = build("sandbox", planned.config.sandbox)
        try:
            self_check(sandbox)
            return _asked(planned, bases, sandbox, typed)
        except (SandboxOutage, ServiceOutage) as error:
            sys.stderr.write(f"{error}; go on from what is saved with: {typed}\n")
            return Exit.OUTAGE
        except KeyboardInterrupt:
            sys.stderr.write(f"stopped; go on from what is saved with: {typed}\n")
            return Exit.INTERRUPTED
        finally:
            sandbox.close()


def _asked(planned: PlannedGeneration, bases: Bases, sandbox: Sandbox, typed: str) -> Exit:
    config, folder = planned.config, planned.folder
    course = planned.course
    checker = Checker(
        sandbox,
        course.wording.limits,
        Comparator(config.grading.comparator),
        config.max_input_kb,
        config.seed,
    )
    errors = Console(stderr=True)
    with (
        planned.generator.open(folder.path) as exchange,
        open_outcomes(folder.outcomes_path) as outcomes,
        Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress,
    ):
        watch = _shown(progress, [model for _, model in course.attempts()])
        rounds = Rounds(course, exchange, checker, outcomes, watch)
        standings = rounds.run(bases.usable)
        waiting = [one for one in standings if one.unanswered]
        if waiting and config.unanswered == "wait":
            return _wait(rounds, waiting, typed)
        for standing in waiting:
            standing.drop_unanswered()
        summary = summarize(standings, bases.dropped, rounds.tallies, exchange.spent_usd, course)
        problems = folder.write(standings, bases.dropped, outcomes)
    folder.finish(summary, audited(config, folder, problems, sandbox))
    _show(summary, planned)
    return Exit.OK if summary.num_problems else Exit.FAILED


def _shown(progress: Progress, models: Sequence[str]) -> Callable[[int, int, int], None]:
    """A bar for each attempt."""
    tasks: dict[int, TaskID] = {}

    def show(attempt: int, total: int, done: int) -> None:
        if attempt not in tasks:
            name = f"attempt {attempt + 1}, {models[attempt]}"
            tasks[attempt] = progress.add_task(name, total=total)
        progress.update(tasks[attempt], completed=done)

    return show


def _wait(rounds: Rounds, waiting: Sequence[Standing], typed: str) -> Exit:
    """Say what the data set waits for; a used up budget is for the user to mend."""
    if rounds.over_budget is not None:
        raise rounds.over_budget
    sys.stderr.write(
        f"{len(waiting)} problems got no answer; the first: {waiting[0].unanswered}; go on from "
        f"what is saved with: {typed}, or go without them with unanswered=drop\n"
    )
    return Exit.OUTAGE


def _name(dropped: Sequence[Dropped]) -> None:
    """A line for each row that can't be used, as far as anybody would read them."""
    lines = [f"{one.line}\n" for one in dropped[:_NUM_NAMED]]
    if len(dropped) > _NUM_NAMED:
        lines.append(f"… and {len(dropped) - _NUM_NAMED} more rows that can't be used\n")
    sys.stderr.write("".join(lines))


def _show(summary: Summary, planned: PlannedGeneration) -> None:
    drops = ", ".join(f"{number} {reason}" for reason, number in summary.drops.items())
    disagreements = sum(sum(tally.disagreements.values()) for *_, tally in summary.tallies)
    path = planned.folder.path
    sys.stdout.write(
        f"{summary.num_problems} of {summary.num_rows} problems have a suite"
        f"{f'; dropped: {drops}' if drops else ''}\n"
        f"{disagreements} expected outputs of models were not the reference's; "
        f"${summary.spent_usd:.2f} spent; see {path}/README.md\n"
        f"train on it: python train.py data=jsonl data.path={path}/problems.jsonl\n"
    )


def _publish(planned: PlannedGeneration) -> Exit:
    """Push a finished data set where that is asked for and not yet done."""
    hub, folder = planned.config.hub, planned.folder
    num_problems = read_json(folder.summary_path)["num_problems"]
    if hub.push and num_problems and not is_done(folder.path, hub):
        check_hub(hub)
        with folder.lock():
            done = push_data_set(folder.path, folder.published, hub)
        if done.commit is None:
            sys.stderr.write(f"hub.push: {done.fault}; the same command pushes again\n")
            return Exit.FAILED
        sys.stdout.write(f"pushed: {done.commit}\n")
    return Exit.OK if num_problems else Exit.FAILED
