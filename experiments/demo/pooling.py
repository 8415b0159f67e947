"""From run directories to results: each seed by itself, and the seeds pooled.

Every seed draws problems of its own, so what is pooled are (seed, problem) pairs, each of which
is one cluster. A task that two seeds draw alike counts as two.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from experiments.demo.results import Arm, Changes, Missing, Results, RunResult
from tarot.capability import ProblemOutcomes, read_outcomes, suite_scores, tier_scores
from tarot.data import Split
from tarot.metrics import clustered_mean, paired_difference
from tarot.runs import DirectoryState, RunDirectory, config_sha
from tarot.training.summary import SUITE, Change, Outcomes
from tarot.types import Tier, UserError

BySeed = Mapping[int, Outcomes]
Scoring = Callable[[Sequence[ProblemOutcomes]], Mapping[str, Sequence[float]]]
Scores = Mapping[tuple[int, str], Sequence[float]]

SCORINGS: Mapping[str, Scoring] = {
    **{tier.value: partial(tier_scores, tier=tier) for tier in Tier},
    SUITE: suite_scores,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the run of one arm and seed lies, finished or not."""

    arm: Arm
    seed: int
    run: RunDirectory


@dataclass(frozen=True, slots=True)
class Measured:
    """A finished run with what it measured."""

    result: RunResult
    before: Outcomes
    after: Outcomes


def collect(places: Sequence[Place]) -> Results:
    """Read the finished runs, and pool the arms of which no run is missing."""
    found = [_read(place) for place in places]
    measured = [entry for entry in found if isinstance(entry, Measured)]
    missing = tuple(entry for entry in found if isinstance(entry, Missing))
    arms = {arm: [entry for entry in measured if entry.result.arm is arm] for arm in Arm}
    before = {arm: {run.result.seed: run.before for run in runs} for arm, runs in arms.items()}
    after = {arm: {run.result.seed: run.after for run in runs} for arm, runs in arms.items()}
    whole = [arm for arm in Arm if arms[arm] and arm not in {entry.arm for entry in missing}]
    control = None if missing else compare(after[Arm.SHUFFLED], after[Arm.TIERED])
    return Results(
        runs=tuple(entry.result for entry in measured),
        pooled={arm: compare(before[arm], after[arm]) for arm in whole},
        against_control=control,
        missing=missing,
    )


def compare(early: BySeed, late: BySeed) -> Changes:
    """The changes between two sets of outcomes of the same seeds and splits."""
    splits = next(iter(early.values()))
    return {split: _changes(early, late, split) for split in splits}


def run_outcomes(run: RunDirectory, when: str) -> Outcomes:
    """What a finished run measured `before` or `after`; UserError if it is not all there."""
    if RunDirectory.open(run.path).state is not DirectoryState.FINISHED:
        raise UserError(f"{run.path}: not finished; train it to its end")
    splits = (Split(run.config()["evaluation"]["split"]), Split.UNSEEN)
    return {split: _outcomes_in(run.outcomes_path / f"{when}-{split}.json") for split in splits}


def _read(place: Place) -> Measured | Missing:
    run = place.run
    try:
        before, after = run_outcomes(run, "before"), run_outcomes(run, "after")
    except UserError as error:
        return Missing(place.arm, place.seed, str(error))
    changes = compare({place.seed: before}, {place.seed: after})
    sha = config_sha(run.config(), run.data_fingerprint())
    return Measured(RunResult(place.arm, place.seed, run.path.name, sha, changes), before, after)


def _outcomes_in(path: Path) -> tuple[ProblemOutcomes, ...]:
    try:
        return read_outcomes(path.read_bytes())
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except ValidationError as error:
        raise UserError(f"{path}: holds no outcomes") from error


def _changes(early: BySeed, late: BySeed, split: Split) -> dict[str, Change]:
    """By tier, and `suite`; tiers that no problem has are absent."""
    pairs = {
        name: (_scores(early, split, scoring), _scores(late, split, scoring))
        for name, scoring in SCORINGS.items()
    }
    return {
        name: Change(clustered_mean(old), clustered_mean(new), paired_difference(old, new))
        for name, (old, new) in pairs.items()
        if any(old.values()) and any(new.values())
    }


def _scores(outcomes: BySeed, split: Split, scoring: Scoring) -> Scores:
    return {
        (seed, problem_id): scores
        for seed, by_split in outcomes.items()
        for problem_id, scores in scoring(by_split[split]).items()
    }
