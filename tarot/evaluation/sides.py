"""The runs on one side of a comparison: one method's under several seeds, or a single one."""

import glob
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarot.evaluation.last_scores import last_scores
from tarot.evaluation.run_figures import When, run_figures
from tarot.evaluation.scores import Score
from tarot.runs import RunDirectory, differing_keys
from tarot.runs.identity import SEED_KEYS, hashed_settings
from tarot.types import UserError

DATA = "data"
_SEEDS = (*SEED_KEYS, "data.seed")


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A finished run: its own figures by split and name, and the benchmarks' scores asked for.

    `settings` are those that its sha covers, with the data's own in place of their hash, which is
    `data_hash`. `notes` say which of its scores do not count.
    """

    path: Path
    seed: int
    settings: Mapping[str, Any]
    data_hash: str
    figures: Mapping[str, Mapping[str, Score]]
    scores: Mapping[str, Score]
    notes: tuple[str, ...]

    def differing(self, other: "ComparedRun") -> list[str]:
        """The keys of settings in which two runs differ, seeds apart."""
        keys = differing_keys(self.settings, other.settings)
        same_data = self.data_hash == other.data_hash
        return [
            key
            for key in keys
            if key not in _SEEDS and not (same_data and key.partition(".")[0] == DATA)
        ]

    def draws_alike(self, other: "ComparedRun") -> bool:
        """Whether the data of both are the same, or differ in the seed of their draw alone."""
        if self.data_hash == other.data_hash:
            return True
        return differing_keys(self.settings[DATA], other.settings[DATA]) == ["seed"]


@dataclass(frozen=True, slots=True)
class Side:
    """The runs of a side by seed."""

    name: str
    runs: Mapping[int, ComparedRun]

    @property
    def first(self) -> ComparedRun:
        """The run of the lowest seed."""
        return next(iter(self.runs.values()))

    @property
    def differing(self) -> list[str]:
        """The keys in which its runs differ among themselves, seeds apart."""
        return sorted({key for run in self.runs.values() for key in self.first.differing(run)})

    def of(self, seeds: Sequence[int]) -> "Side":
        """The side without the runs of other seeds."""
        return Side(self.name, {seed: self.runs[seed] for seed in seeds})


def read_side(
    name: str, paths: Sequence[str], benchmarks: Sequence[str], when: When = "after"
) -> Side:
    """The runs in these directories, of which a name may hold * and ?.

    UserError for none, for a run that is not finished, that has no score of a benchmark, and for
    two runs of one seed, between which nothing decides.
    """
    runs: dict[int, ComparedRun] = {}
    for path in dict.fromkeys(_places(name, paths)):
        run = _read(path, benchmarks, when)
        if run.seed in runs:
            raise UserError(_twice(name, runs[run.seed], run))
        runs[run.seed] = run
    if not runs:
        raise UserError(f"{name}: empty; name the directory of a run, or several as [DIR,DIR]")
    return Side(name, dict(sorted(runs.items())))


def _places(name: str, paths: Sequence[str]) -> Iterator[Path]:
    for path in paths:
        if not glob.has_magic(path):
            yield Path(path)
            continue
        found = [Path(one) for one in sorted(glob.glob(path))]
        runs = [place for place in found if RunDirectory(place).config_path.is_file()]
        if not runs:
            raise UserError(f"{name}: {path}: matches no directory of a run")
        yield from runs


def _read(path: Path, benchmarks: Sequence[str], when: When) -> ComparedRun:
    directory = RunDirectory.open(path)
    config, data_hash = directory.config(), directory.data_fingerprint()
    scores, notes = _scores(path, benchmarks)
    return ComparedRun(
        path=path,
        seed=config["seed"],
        settings={**hashed_settings(config, data_hash), DATA: config[DATA]},
        data_hash=data_hash,
        figures=run_figures(directory, when),
        scores=scores,
        notes=notes,
    )


def _scores(path: Path, benchmarks: Sequence[str]) -> tuple[dict[str, Score], tuple[str, ...]]:
    if not benchmarks:
        return {}, ()
    found, notes = last_scores(path)
    for name in benchmarks:
        if name not in found:
            there = f"it has {', '.join(sorted(found))}" if found else "it has none"
            raise UserError(
                f"benchmark={name}: {path} has no score of it; {there}; run "
                f"`python evaluate.py checkpoint={path} benchmark={name}`"
            )
    return {name: found[name] for name in benchmarks}, notes


def _twice(name: str, one: ComparedRun, other: ComparedRun) -> str:
    keys = one.differing(other)
    what = f"they differ in {', '.join(keys)}" if keys else "they are the same run twice"
    return (
        f"{name}: {one.path} and {other.path} both have seed {one.seed}, and {what}; a side is one "
        "run a seed, so give one of them"
    )
