"""From run directories to results: each seed by itself, and the seeds pooled.

The problems that the seeds draw coincide in part, so what is pooled are statements: each is one
cluster, with the samples of all seeds that drew it. The seeds share the model that they start
from, too; no interval here covers what another model would change.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from experiments.demo.results import Arm, Changes, Missing, Results, RunResult
from tarot.capability import SUITE, Outcomes, figure_scores, run_outcomes
from tarot.config.targets import build
from tarot.data import DataSource, Split
from tarot.metrics import Change, clustered_mean, paired_difference
from tarot.runs import RunDirectory, config_sha
from tarot.types import Tier, UserError

# The judged samples' scores by problem id, or by statement.
Scores = Mapping[str, Sequence[float]]
# By split, by tier or `suite`, and by statement.
RunScores = Mapping[Split, Mapping[str, Scores]]

FIGURES = (*(tier.value for tier in Tier), SUITE)


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
    before: RunScores
    after: RunScores


def collect(places: Sequence[Place]) -> Results:
    """Read the finished runs, and pool the arms of which no run is missing."""
    found = [_read(place) for place in places]
    measured = [entry for entry in found if isinstance(entry, Measured)]
    missing = tuple(entry for entry in found if isinstance(entry, Missing))
    arms = {arm: [entry for entry in measured if entry.result.arm is arm] for arm in Arm}
    before = {arm: [run.before for run in runs] for arm, runs in arms.items()}
    after = {arm: [run.after for run in runs] for arm, runs in arms.items()}
    whole = [arm for arm in Arm if arms[arm] and arm not in {entry.arm for entry in missing}]
    control = None if missing else _compare(after[Arm.SHUFFLED], after[Arm.TIERED])
    return Results(
        runs=tuple(entry.result for entry in measured),
        pooled={arm: _compare(before[arm], after[arm]) for arm in whole},
        against_control=control,
        missing=missing,
    )


def changes_of(run: RunDirectory) -> Changes:
    """What changed in one finished run; UserError if it is not all there."""
    before, after = _before_and_after(run)
    return _compare([before], [after])


def _read(place: Place) -> Measured | Missing:
    run = place.run
    try:
        before, after = _before_and_after(run)
    except UserError as error:
        return Missing(place.arm, place.seed, str(error))
    changes = _compare([before], [after])
    sha = config_sha(run.config(), run.data_fingerprint())
    return Measured(RunResult(place.arm, place.seed, run.path.name, sha, changes), before, after)


def _before_and_after(run: RunDirectory) -> tuple[RunScores, RunScores]:
    before, after = run_outcomes(run, "before"), run_outcomes(run, "after")
    source = _source(run)
    statements = {
        split: {problem.id: problem.statement for problem in source.load(split)} for split in before
    }
    return _scores(before, statements), _scores(after, statements)


def _source(run: RunDirectory) -> DataSource:
    """The data of a run; UserError if it has changed since."""
    source: DataSource = build("data", run.config()["data"])
    if source.fingerprint() != run.data_fingerprint():
        raise UserError(f"{run.path}: its data is not the data of today; bring back the same")
    return source


def _scores(outcomes: Outcomes, statements: Mapping[Split, Mapping[str, str]]) -> RunScores:
    return {
        split: {
            name: _by_statement(scores, statements[split])
            for name, scores in figure_scores(problems).items()
        }
        for split, problems in outcomes.items()
    }


def _by_statement(scores: Scores, statements: Mapping[str, str]) -> Scores:
    return _merged((statements[problem_id], values) for problem_id, values in scores.items())


def _compare(early: Sequence[RunScores], late: Sequence[RunScores]) -> Changes:
    """The changes between two sets of runs of the same seeds and splits."""
    return {split: _changes(early, late, split) for split in early[0]}


def _changes(
    early: Sequence[RunScores], late: Sequence[RunScores], split: Split
) -> dict[str, Change]:
    """By tier, and `suite`; tiers that no problem has are absent."""
    pairs = {name: (_pool(early, split, name), _pool(late, split, name)) for name in FIGURES}
    return {
        name: Change(clustered_mean(old), clustered_mean(new), paired_difference(old, new))
        for name, (old, new) in pairs.items()
        if any(old.values()) and any(new.values())
    }


def _pool(runs: Sequence[RunScores], split: Split, name: str) -> Scores:
    return _merged(item for run in runs for item in run[split][name].items())


def _merged(items: Iterable[tuple[str, Sequence[float]]]) -> Scores:
    """By key, the values of all items with that key."""
    merged: defaultdict[str, list[float]] = defaultdict(list)
    for key, values in items:
        merged[key].extend(values)
    return dict(merged)
