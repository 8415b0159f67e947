"""The directory that is a run: `runs/<name>-<sha8>`, or one that the user named.

Steps count from 1: step N is the N-th optimizer step, and a checkpoint at N has the effects of
steps 1 to N.
"""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from tarot.runs import best
from tarot.runs.checkpoints import (
    PREFIX,
    Found,
    checkpoint_step,
    complete_steps,
    find_whole,
    kept_steps,
    last_complete,
    newest_first,
    remove_incomplete,
)
from tarot.runs.files import TEMPORARY_SUFFIX, read_json
from tarot.runs.lock import exclusive
from tarot.runs.log import StepLog
from tarot.types import UserError

ROLLOUT_NAME = re.compile(r"step-(\d+)\.parquet")
EVALUATION_NAME = re.compile(r"eval-(\d+)\.json")
PUSH_NAME = "hub.json"
"""What came of the last push to the hub."""


class DirectoryState(StrEnum):
    """How far the run in a directory has come."""

    NEW = "new"
    RESUMABLE = "resumable"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The files of a run by name; `prepare` makes one, `open` takes one that is there."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> "RunDirectory":
        """An existing run; UserError if the directory holds none."""
        directory = cls(path)
        if not directory.config_path.is_file():
            raise UserError(f"{path}: no run directory, it has no config.json")
        return directory

    @property
    def config_path(self) -> Path:
        """The resolved config, which the child obeys."""
        return self.path / "config.json"

    @property
    def identity_path(self) -> Path:
        """The sha and the data's fingerprint."""
        return self.path / "identity.json"

    @property
    def environment_path(self) -> Path:
        """A list of the different environments that the run was started in, in order."""
        return self.path / "environment.json"

    @property
    def outcomes_path(self) -> Path:
        """The folder with files of outcomes: of each split before and after, and of evaluations."""
        return self.path / "outcomes"

    def evaluation_of(self, step: int) -> Path:
        """The file of the outcomes of an evaluation while training."""
        return self.outcomes_path / f"eval-{step:06d}.json"

    @property
    def decision_path(self) -> Path:
        """What the adaptive curriculum chose."""
        return self.path / "decision.json"

    @property
    def summary_path(self) -> Path:
        """The results; the run is finished when this file is there, so it is written last."""
        return self.path / "summary.json"

    @property
    def fact_paths(self) -> list[Path]:
        """Those of the files that say what the run is, and what came of it, that are there."""
        of_start = (self.config_path, self.identity_path, self.environment_path)
        paths = (*of_start, self.decision_path, self.summary_path, self.changes.path)
        return [path for path in paths if path.exists()]

    @property
    def packed_path(self) -> Path:
        """In a run from an archive, what `tarot pack` has changed in its config."""
        return self.path / "packed.json"

    @property
    def checkpoints_path(self) -> Path:
        """The folder of the trainer's checkpoints."""
        return self.path / "checkpoints"

    @property
    def rollouts_path(self) -> Path:
        """The folder with one file of rollouts per step."""
        return self.path / "rollouts"

    @property
    def scores_path(self) -> Path:
        """The folder with a file for each score of a benchmark, and what harnesses have written."""
        return self.path / "scores"

    @property
    def reward_fault_path(self) -> Path:
        """The completion on which the reward failed last, as `tarot try` takes it."""
        return self.path / "reward_fault.jsonl"

    @property
    def logs_path(self) -> Path:
        """The folder of what the run's processes have written."""
        return self.path / "logs"

    def stdout_of(self, rank: int) -> Path:
        """What a training process has shown; of one that a launcher started by itself, none."""
        return self.logs_path / f"rank-{rank}.stdout.log"

    def stderr_of(self, rank: int) -> Path:
        """The warnings and errors of a training process."""
        return self.logs_path / f"rank-{rank}.stderr.log"

    def exit_of(self, rank: int) -> Path:
        """The exit code of a training process that was not killed."""
        return self.logs_path / f"rank-{rank}.exit"

    @property
    def lock_path(self) -> Path:
        """Held by the process that runs in the directory, which it names."""
        return self.path / "lock"

    @property
    def log(self) -> StepLog:
        """The step log."""
        return StepLog(self.path / "log.jsonl")

    @property
    def changes(self) -> StepLog:
        """A line for each start that took other settings than the one before."""
        return StepLog(self.path / "changes.jsonl")

    @property
    def state(self) -> DirectoryState:
        """Finished, begun, or not begun."""
        if self.summary_path.exists():
            return DirectoryState.FINISHED
        traces = (self.log.path, self.outcomes_path, self.decision_path, self.checkpoints_path)
        begun = any(trace.exists() for trace in traces)
        return DirectoryState.RESUMABLE if begun else DirectoryState.NEW

    def config(self) -> dict[str, Any]:
        """The resolved config; of a run that was packed, with its data where the archive has it."""
        config: dict[str, Any] = read_json(self.config_path)
        if self.packed_path.exists():
            files = read_json(self.packed_path)["data"]
            config["data"] |= {key: str(self.path / name) for key, name in files.items()}
        return config

    def data_fingerprint(self) -> str:
        """The hash of the data that the run was prepared for."""
        return str(read_json(self.identity_path)["data_fingerprint"])

    def lock(self) -> AbstractContextManager[None]:
        """Keep other processes out while inside; UserError if one is in."""
        return exclusive(self.lock_path)

    def rollouts_of(self, step: int) -> Path:
        """The file of one step's rollouts."""
        return self.rollouts_path / f"step-{step:06d}.parquet"

    def rollout_files(self) -> dict[int, Path]:
        """The files of rollouts by step, in order of step."""
        return _numbered(self.rollouts_path, ROLLOUT_NAME)

    def last_checkpoint(self) -> Path | None:
        """The newest complete checkpoint, or None."""
        return last_complete(self.checkpoints_path)

    def checkpoint_of(self, step: int | Literal["best"] | None) -> Path | None:
        """The complete checkpoint of a step, or the newest; None where the run has none yet.

        UserError for a step that is not kept, with those that are, and for `best` without one.
        """
        if step is None:
            return self.last_checkpoint()
        if step == "best":
            step = best.best_step(self.path)
        if step is None:
            raise UserError(
                f"step=best: {self.path} was not evaluated while it trained; set eval.every in "
                "training, or give the number of a step"
            )
        chosen = self.checkpoints_path / f"{PREFIX}{step}"
        if chosen not in newest_first(self.checkpoints_path):
            kept = kept_steps(self.checkpoints_path)
            raise UserError(f"step={step}: not kept; {self.path} has {kept}")
        return chosen

    def resume(self) -> Found:
        """Go back to the last checkpoint that is whole; None means from the start.

        Torn and broken checkpoints are put out of the way, and the log and the rollouts cut back to
        the checkpoint's step, so that going on leaves every step there once.
        """
        remove_incomplete(self.checkpoints_path)
        found = find_whole(self.checkpoints_path)
        self.cut_back(checkpoint_step(found.checkpoint) if found.checkpoint else 0)
        return found

    def put_away(self, name: str, *, with_before: bool) -> None:
        """Move what was measured after training, and before it, to `earlier/NAME`.

        The run is not finished then.
        """
        kept = self.path / "earlier" / name
        kept.mkdir(parents=True, exist_ok=True)
        patterns = ("after-*.json", "before-*.json") if with_before else ("after-*.json",)
        outcomes = [path for one in patterns for path in sorted(self.outcomes_path.glob(one))]
        for path in (self.summary_path, self.path / PUSH_NAME, *outcomes):
            if path.exists():
                path.rename(kept / path.name)

    def cut_back(self, step: int) -> None:
        """Remove what is there of later steps, but for checkpoints, and what is half written."""
        self.log.cut_back(step)
        evaluations = _numbered(self.outcomes_path, EVALUATION_NAME)
        for files in (self.rollout_files(), evaluations):
            for later, path in files.items():
                if later > step:
                    path.unlink()
        for path in self.rollouts_path.glob(f"*{TEMPORARY_SUFFIX}"):
            path.unlink()
        best.cut_back(
            self.path, step, self.log.evaluations(), complete_steps(self.checkpoints_path)
        )


def _numbered(folder: Path, name: re.Pattern[str]) -> dict[int, Path]:
    """The files of a folder whose names have a step, in order of step."""
    paths = folder.iterdir() if folder.is_dir() else ()
    matches = [(name.fullmatch(path.name), path) for path in paths]
    return dict(sorted((int(match[1]), path) for match, path in matches if match))
