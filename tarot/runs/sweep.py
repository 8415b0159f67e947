"""The directory of a sweep: what was asked for, and what became of each launch.

`sweep.json` is there before the first run starts. How the runs stand is in their own directories;
only what those can't say is kept here, in `launches.json`: the cause of a failure, the id of a job.
Runs are named by their paths from the sweep's directory, so that both can move together.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarot.config.key_classes import is_hashed, is_mixed
from tarot.runs.directory import RunDirectory
from tarot.runs.endings import from_plain, to_plain
from tarot.runs.files import read_json, write_json
from tarot.runs.identity import SHA_LENGTH
from tarot.runs.lock import exclusive, is_held, last_holder
from tarot.types import Outcome, UserError

# These tell runs apart by where they lie.
_OF_PLACE = frozenset({"name", "runs_dir", "run_dir"})
# Before keys had classes, a sweep was not told apart by these alone.
_FORMER_OF_STARTING = frozenset(
    {"sweeps_dir", "dry_run", "sandbox", "launcher", "tracker", "rates", "hub"}
)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One run of a sweep: where it lies, its sha, and the overrides that describe it."""

    directory: Path
    sha: str
    overrides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Launch:
    """The last launch of a run: how it ended, or None while it has not, and who started it.

    `holder` had the run's lock last when that was written; None where a process had it then.
    """

    outcome: Outcome | None
    process: int
    holder: int | None


@dataclass(frozen=True, slots=True)
class SweepDirectory:
    """The files of a sweep by name."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> "SweepDirectory":
        """An existing sweep; UserError if the directory holds none."""
        sweep = cls(path)
        if not sweep.request_path.is_file():
            raise UserError(f"{path}: no directory of a sweep, it has no sweep.json")
        return sweep

    @property
    def request_path(self) -> Path:
        """The arguments as they were typed, and the runs that they describe."""
        return self.path / "sweep.json"

    @property
    def launches_path(self) -> Path:
        """The last launch of each run that was launched."""
        return self.path / "launches.json"

    @property
    def lock_path(self) -> Path:
        """Held by the command that works through the sweep."""
        return self.path / "lock"

    def lock(self) -> AbstractContextManager[None]:
        """Keep other commands out while inside; UserError if one is in."""
        return exclusive(self.lock_path)

    def process(self) -> int | None:
        """The id of the process that works through the sweep now, None if none does."""
        return last_holder(self.lock_path) if is_held(self.lock_path) else None

    def write_request(self, arguments: Sequence[str], runs: Sequence[SweepRun]) -> None:
        """Say what was asked for."""
        rows = [
            {"directory": self.key(run), "sha": run.sha, "overrides": list(run.overrides)}
            for run in runs
        ]
        write_json(self.request_path, {"arguments": list(arguments), "runs": rows})

    def arguments(self) -> list[str]:
        """What was typed after `train.py`."""
        return list(read_json(self.request_path)["arguments"])

    def runs(self) -> list[SweepRun]:
        """The runs, in the order in which they are started."""
        rows = read_json(self.request_path)["runs"]
        return [
            SweepRun(self._place(row["directory"]), row["sha"], tuple(row["overrides"]))
            for row in rows
        ]

    def launch_of(self, run: SweepRun) -> Launch | None:
        """The last launch of a run, or None if it was not launched by this sweep."""
        row = self._launches().get(self.key(run))
        if row is None:
            return None
        outcome = row["outcome"] and from_plain(row["outcome"])
        return Launch(outcome, row["process"], row.get("holder"))

    def write_launch(self, run: SweepRun, outcome: Outcome | None) -> None:
        """Keep how this process's launch of a run ended, or with None that it begins."""
        plain = None if outcome is None else to_plain(outcome)
        lock = RunDirectory(run.directory).lock_path
        holder = None if is_held(lock) else last_holder(lock)
        launch = {"outcome": plain, "process": os.getpid(), "holder": holder}
        write_json(self.launches_path, {**self._launches(), self.key(run): launch})

    def _launches(self) -> dict[str, Any]:
        launches: dict[str, Any] = {}
        return read_json(self.launches_path) if self.launches_path.exists() else launches

    def key(self, run: SweepRun) -> str:
        """How its files name a run: by the path from the sweep's directory."""
        return os.path.relpath(run.directory.resolve(), self.path.resolve())

    def _place(self, key: str) -> Path:
        place = (self.path.resolve() / key).resolve()
        return place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place


def differing_overrides(runs: Sequence[SweepRun]) -> list[str]:
    """The overrides of each run that not all of them have, as they can be typed."""
    common = set.intersection(*(set(run.overrides) for run in runs)) if runs else set()
    return [" ".join(one for one in run.overrides if one not in common) for run in runs]


def locate_sweep(folder: Path, name: str, runs: Sequence[Sequence[str]]) -> SweepDirectory:
    """Where the sweep over runs of these overrides lies, in whatever order they come."""
    name = _NOT_IN_NAMES.sub("-", name)
    path, before = (
        folder / f"{name}-{_sha(runs, is_of_starting)}"
        for is_of_starting in (_is_of_starting, _was_of_starting)
    )
    if before.exists() and not path.exists():
        path = before
    if "=" in str(path):
        raise UserError(f"sweeps_dir: {path} contains '=', which overrides can't quote")
    return SweepDirectory(path)


def _sha(runs: Sequence[Sequence[str]], is_of_starting: Callable[[str], bool]) -> str:
    told = sorted(sorted(one for one in run if not is_of_starting(_key_of(one))) for run in runs)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:SHA_LENGTH]


def _key_of(override: str) -> str:
    return re.split(r"[=@]", override.lstrip("+~"))[0]


def _is_of_starting(key: str) -> bool:
    """Whether a key says how runs are started, logged and saved, not what or where they are."""
    return not (key in _OF_PLACE or is_mixed(key) or is_hashed(key))


def _was_of_starting(key: str) -> bool:
    return key.partition(".")[0] in _FORMER_OF_STARTING
