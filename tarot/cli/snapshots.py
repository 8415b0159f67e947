"""Planning the runs of a snapshot: the configs of an experiment, as they were resolved."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tarot.cli.planning import PlannedRun, plan_run
from tarot.config.reproduction import ReproduceConfig
from tarot.config.schema import Node
from tarot.runs.snapshots import read_snapshots
from tarot.types import UserError

# What says where and how a run works, and not what it is.
REPLACEABLE = ("hardware", "launcher", "sandbox", "tracker")
_SHOWN = 3


def plan_snapshots(file: Path, job: ReproduceConfig) -> list[PlannedRun]:
    """The runs of a file that are picked, checked; UserError for the first fault."""
    picked = _picked(file, job.pick)
    return [
        plan_run(moved(config, job, job.into and _place(job.into, name, len(picked))))
        for name, config in picked.items()
    ]


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
