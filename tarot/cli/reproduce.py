"""`tarot reproduce`: the same config in another directory, and the first step that differs.

The exit code is 0 only where the two runs have steps in common and none of them differs. Of a
snapshot, which is no run, there is nothing to compare.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tarot.cli.command import typed_command
from tarot.cli.composition import compose
from tarot.cli.launching import launch, report
from tarot.cli.planning import PlannedRun, plan_run
from tarot.cli.snapshots import moved, show, train_snapshots
from tarot.config.reproduction import ReproduceConfig
from tarot.config.validation import parse
from tarot.runs import RunDirectory
from tarot.runs.comparison import RunComparison, compare_runs
from tarot.runs.exits import Exit, exit_code
from tarot.types import RunState, UserError

# A copy of a run is nothing to publish.
NOT_PUSHED = {"push": False, "id": None, "private": True}


def run(arguments: Sequence[str]) -> int:
    """Reproduce every run that the arguments name."""
    jobs = [parse(ReproduceConfig, job.config) for job in compose("reproduce", arguments)]
    command = typed_command("reproduce", arguments)
    codes = [_run_job(job, command) for job in jobs]
    return max(codes, default=Exit.OK)


def _run_job(job: ReproduceConfig, command: str) -> int:
    """UserError unless it names either a run or a snapshot."""
    if job.snapshot is not None and job.run is not None:
        raise UserError("run: a snapshot is trained by itself; give either run or snapshot")
    if job.snapshot is not None:
        return train_snapshots(Path(job.snapshot), job, command)
    if job.run is None:
        raise UserError("run: missing; give run=DIR, or snapshot=FILE")
    if job.pick is not None:
        raise UserError("pick: picks from a snapshot; leave it out with run=DIR")
    original = RunDirectory.open(Path(job.run))
    plan = _plan(original, job, job.into or f"{job.run.rstrip('/')}-again")
    return show([plan]) if job.dry_run else _reproduce(original, plan, command)


def _plan(original: RunDirectory, job: ReproduceConfig, into: str) -> PlannedRun:
    if Path(into).resolve() == original.path.resolve():
        raise UserError(f"into={into}: this is the run itself; name another directory")
    plan = plan_run({**moved(original.config(), job, into), "hub": NOT_PUSHED})
    if plan.data_fingerprint != original.data_fingerprint():
        raise UserError(f"run={job.run}: its data is not the data of today; bring back the same")
    return plan


def _reproduce(original: RunDirectory, plan: PlannedRun, command: str) -> int:
    outcome = launch(plan)
    report(outcome, plan.directory, command)
    if outcome.state is not RunState.FINISHED:
        return exit_code(outcome)
    comparison = compare_runs(original, RunDirectory.open(plan.directory))
    sys.stdout.write(f"{original.path} and {plan.directory}: {_sentence(comparison)}\n")
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
