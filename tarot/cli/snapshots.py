"""Training the runs of a snapshot: the configs of an experiment, as they were resolved."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tarot.cli.launching import launch, render, report
from tarot.cli.planning import PlannedRun, plan_run, show_plan
from tarot.cli.screen import screen
from tarot.config.reproduction import ReproduceConfig
from tarot.config.schema import Node
from tarot.runs.exits import Exit, exit_code
from tarot.runs.snapshots import read_snapshots
from tarot.types import RunState, UserError

# What says where and how a run works, and not what it is.
REPLACEABLE = ("hardware", "launcher", "sandbox", "tracker")
_SHOWN = 3


def train_snapshots(file: Path, job: ReproduceConfig, command: str) -> int:
    """Train the runs of a file that are picked, one after the other, up to an interruption.

    All are checked before the first starts; the exit code is that of the worst.
    """
    picked = _picked(file, job.pick)
    plans = [
        plan_run(moved(config, job, job.into and _place(job.into, name, len(picked))))
        for name, config in picked.items()
    ]
    if job.dry_run:
        return show(plans)
    codes: list[int] = []
    for plan in plans:
        outcome = launch(plan)
        report(outcome, plan.directory, command)
        codes.append(exit_code(outcome))
        if outcome.state is RunState.INTERRUPTED:
            break
    return max(codes)


def moved(config: Node, job: ReproduceConfig, directory: str | None) -> Node:
    """The config as it is to be trained here, in a directory or where it says itself."""
    changes: dict[str, Any] = {"dry_run": job.dry_run}
    for key in REPLACEABLE:
        given = getattr(job, key)
        if given is not None:
            changes[key] = _merged(config.get(key) or {}, given)
    if directory is not None:
        changes["run_dir"] = directory
    return {**config, **changes}


def show(plans: list[PlannedRun]) -> int:
    """Print what would be started."""
    console = screen()
    for plan in plans:
        show_plan(plan, console)
        console.print(render(plan), soft_wrap=True, highlight=False, markup=False)
    return Exit.OK


def _picked(file: Path, pick: str | None) -> dict[str, Node]:
    """UserError where nothing matches, or nobody says which of several is meant."""
    configs = read_snapshots(file)
    names = ", ".join([*configs][:_SHOWN]) + (", …" if len(configs) > _SHOWN else "")
    if pick is None and len(configs) > 1:
        raise UserError(
            f"pick: missing; {file} holds {len(configs)} runs, {names}; give a name, a pattern, or "
            "'*' for all"
        )
    picked = {name: node for name, node in configs.items() if fnmatchcase(name, pick or "*")}
    if not picked:
        raise UserError(f"pick={pick}: matches no run of {file}, which holds {names}")
    return picked


def _place(into: str, name: str, num_runs: int) -> str:
    return into if num_runs == 1 else str(Path(into) / name)


def _merged(own: Mapping[str, Any], given: Mapping[str, Any]) -> Node:
    """What is given of a node over the rest of it; a class that is named brings its settings."""
    if "_target_" in given:
        return dict(given)
    return {
        **own,
        **{
            key: _merged(own[key], value) if _are_nodes(own.get(key), value) else value
            for key, value in given.items()
        },
    }


def _are_nodes(own: object, given: object) -> bool:
    return isinstance(own, Mapping) and isinstance(given, Mapping)
