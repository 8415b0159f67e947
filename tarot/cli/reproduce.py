"""`tarot reproduce`: the same config in another directory, and the first step that differs.

The exit code is 0 only where the two runs have steps in common and none of them differs. Of a
snapshot, which is no run, there is nothing to compare.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tarot.cli.command import typed_command
from tarot.cli.composition import compose
from tarot.cli.launching import launch, render, report
from tarot.cli.planning import PlannedRun, plan_run, show_plan
from tarot.cli.screen import screen
from tarot.cli.snapshots import moved, plan_snapshots
from tarot.config.reproduction import ReproduceConfig
from tarot.config.validation import parse
from tarot.runs import RunDirectory
from tarot.runs.changes import Change
from tarot.runs.comparison import RunComparison, compare_runs
from tarot.runs.exits import Exit, exit_code
from tarot.types import Outcome, RunState, UserError

# A copy of a run is nothing to publish.
NOT_PUSHED = {"push": False, "id": None, "private": True}


@dataclass(frozen=True, slots=True)
class _Reproduction:
    """A run to train, and the one that it is to equal; a snapshot has none."""

    plan: PlannedRun
    original: RunDirectory | None = None


def run(arguments: Sequence[str]) -> int:
    """Reproduce every run that the arguments name, one after the other, up to an interruption.

    All are checked before the first starts; the exit code is that of the worst.
    """
    jobs = [parse(ReproduceConfig, job.config) for job in compose("reproduce", arguments)]
    reproductions = [reproduction for job in jobs for reproduction in _of_job(job)]
    _check_directories([reproduction.plan for reproduction in reproductions])
    if any(job.dry_run for job in jobs):
        return _show([reproduction.plan for reproduction in reproductions])
    command = typed_command("reproduce", arguments)
    codes: list[int] = []
    for reproduction in reproductions:
        outcome = launch(reproduction.plan)
        report(outcome, reproduction.plan.directory, command)
        codes.append(_code(reproduction, outcome))
        if outcome.state is RunState.INTERRUPTED:
            break
    return max(codes, default=Exit.OK)


def _of_job(job: ReproduceConfig) -> list[_Reproduction]:
    """UserError unless it names either a run or a snapshot."""
    if job.snapshot is not None and job.run is not None:
        raise UserError("run: a snapshot is trained by itself; give either run or snapshot")
    if job.snapshot is not None:
        return [_Reproduction(plan) for plan in plan_snapshots(Path(job.snapshot), job)]
    if job.run is None:
        raise UserError("run: missing; give run=DIR, or snapshot=FILE")
    if job.pick is not None:
        raise UserError("pick: picks from a snapshot; leave it out with run=DIR")
    original = RunDirectory.open(Path(job.run))
    plan = _plan(original, job, job.into or f"{job.run.rstrip('/')}-again")
    return [_Reproduction(plan, original)]


def _plan(original: RunDirectory, job: ReproduceConfig, into: str) -> PlannedRun:
    if Path(into).resolve() == original.path.resolve():
        raise UserError(f"into={into}: this is the run itself; name another directory")
    plan = plan_run({**moved(original.config(), job, into), "hub": NOT_PUSHED})
    if plan.data_fingerprint != original.data_fingerprint():
        raise UserError(f"run={job.run}: its data is not the data of today; bring back the same")
    return plan


def _check_directories(plans: Sequence[PlannedRun]) -> None:
    directories = [plan.directory.resolve() for plan in plans]
    for plan in plans:
        if directories.count(plan.directory.resolve()) > 1:
            raise UserError(f"into={plan.directory}: several runs would lie there; leave into out")


def _show(plans: Sequence[PlannedRun]) -> int:
    console = screen()
    for plan in plans:
        show_plan(plan, console)
        console.print(render(plan), soft_wrap=True, highlight=False, markup=False)
    return Exit.OK


def _code(reproduction: _Reproduction, outcome: Outcome) -> int:
    """The exit code of an outcome, once the run is compared with the one that it is to equal."""
    original, copy = reproduction.original, reproduction.plan.directory
    if original is None or outcome.state is not RunState.FINISHED:
        return exit_code(outcome)
    comparison = compare_runs(original, RunDirectory.open(copy))
    for line in original.changes.lines():
        change = Change.from_json(line)
        if change.step and change.alters_sampling:
            sys.stdout.write(
                f"{original.path} went on after step {change.step} on other hardware, which its "
                f"config no longer says: {change.listed}\n"
            )
    sys.stdout.write(f"{original.path} and {copy}: {_sentence(comparison)}\n")
    is_same = comparison.num_common_steps > 0 and comparison.first_differing_step is None
    return Exit.OK if is_same else Exit.FAILED


def _sentence(comparison: RunComparison) -> str:
    if comparison.num_common_steps == 0:
        return "no step in common"
    steps = f"steps in common: {comparison.num_common_steps}"
    if comparison.first_differing_step is None:
        return f"{steps}; all the same"
    return (
        f"{steps}; the first that differs is {comparison.first_differing_step}, "
        f"the largest difference of reward {comparison.largest_reward_difference:g}"
    )
