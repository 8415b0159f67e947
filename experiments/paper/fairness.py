"""Where entries differ in more than their row says, so that their figures don't compare."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.paper.reading import Entry
from experiments.paper.settings import trainer_key
from tarot.evaluation.scores import unlike_scores
from tarot.runs import differing_keys


@dataclass(frozen=True, slots=True)
class Unlike:
    """A run that was trained, or whose benchmark was measured, otherwise than most of its model.

    `benchmark` is None for the training.
    """

    entry: Entry
    benchmark: str | None
    keys: tuple[str, ...]

    def __str__(self) -> str:
        """The entry and its differences as a sentence."""
        what = "it was trained" if self.benchmark is None else f"{self.benchmark} was measured"
        return (
            f"{self.entry.model} under {self.entry.policy} ({self.entry.name}): {what} otherwise "
            f"than for most runs of the model, in {', '.join(self.keys)}."
        )


def unlike_keys(one: Entry, other: Entry, axis: str | None) -> tuple[str, ...]:
    """The keys in which two runs differ beside curriculum, seed and axis."""
    if one.identity is None or other.identity is None:
        return ()
    return tuple(differing_keys(_trained(one, axis), _trained(other, axis)))


def unlike_entries(
    entries: Sequence[Entry], benchmarks: Sequence[str], axis: str | None
) -> list[Unlike]:
    """All that is not like most of its model, in the order of the entries."""
    models: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        models[entry.model].append(entry)
    found: list[Unlike] = []
    for alike in models.values():
        found += _unlike_runs([one for one in alike if one.identity is not None], axis)
        for benchmark in benchmarks:
            found += _unlike_scores([one for one in alike if benchmark in one.scores], benchmark)
    return found


def _unlike_runs(runs: Sequence[Entry], axis: str | None) -> list[Unlike]:
    usual = _usual([_trained(run, axis) for run in runs])
    found = ((run, unlike_keys(runs[usual], run, axis)) for run in runs)
    return [Unlike(run, None, keys) for run, keys in found if keys]


def _unlike_scores(entries: Sequence[Entry], benchmark: str) -> list[Unlike]:
    scores = [entry.scores[benchmark] for entry in entries]
    usual = _usual([[score.conditions, score.num_problems] for score in scores])
    found = zip(entries, (unlike_scores(scores[usual], score) for score in scores), strict=True)
    return [Unlike(entry, benchmark, keys) for entry, keys in found if keys]


def _usual(kinds: Sequence[object]) -> int:
    """The place of the first of the most frequent kind; 0 without any."""
    keys = [json.dumps(kind, sort_keys=True) for kind in kinds]
    return keys.index(Counter(keys).most_common(1)[0][0]) if keys else 0


def _trained(run: Entry, axis: str | None) -> dict[str, Any]:
    """What the sha of a run covers, without what a row or a seed of the table says."""
    identity = dict(run.identity or {})
    reward, trainer = dict(identity.get("reward", {})), dict(identity.get("trainer", {}))
    reward.pop("seed", None)
    if axis is not None:
        trainer.pop(trainer_key(axis), None)
    kept = {key: value for key, value in identity.items() if key not in ("curriculum", "seed")}
    return {**kept, "reward": reward, "trainer": trainer}
