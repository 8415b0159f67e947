"""The rewards of logged completions under any weights, to the bit those of training.

Of a reward with a formula, only what is distinct is computed: the code reward of each pattern of
passed tests under each weights, and its total with the other parts as they were logged. Any other
reward is asked again, step by step, with the completions themselves.

A row that was left out of training stays left out, whatever the weights.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import nan
from operator import attrgetter
from typing import Any

import numpy as np

from tarot.curriculum import RewardFormula, code_reward
from tarot.rescoring.columns import Columns, Schedule, Verdicts, distinct_rows
from tarot.runs.columns import Floats
from tarot.runs.rollouts import results_of
from tarot.types import (
    CODE,
    Grade,
    GradedCompletion,
    Program,
    Reward,
    Tier,
    TierWeights,
    WithinTier,
)

TEXT_COLUMNS = ("problem_id", "completion", "program")

Replay = Callable[[Schedule], Floats]
"""The reward of each row under a schedule; NaN stands for None."""


@dataclass(frozen=True, slots=True)
class FormulaReplay:
    """Replays a reward by its formula."""

    formula: RewardFormula
    columns: Columns
    verdicts: Verdicts

    def __call__(self, schedule: Schedule) -> Floats:
        """See `Replay`."""
        parts, passes = self.columns.parts, self.verdicts.passes
        rows = np.flatnonzero(~np.isnan(self.columns.rewards) & self.verdicts.is_judged)
        keys = np.stack([parts.of[rows], passes.of[rows], schedule.of[rows]], axis=1)
        distinct, of = distinct_rows(keys)
        totals = [
            self._total(parts.values[part], passes.values[passed], schedule.values[moment])
            for part, passed, moment in distinct.tolist()
        ]
        rewards = np.full(len(self.columns.rewards), nan)
        rewards[rows] = np.array(totals, dtype=np.float64)[of]
        return rewards

    def _total(
        self, logged: Mapping[str, float], passes: Mapping[Tier, float], weights: TierWeights
    ) -> float:
        parts = {name: logged[name] for name in self.formula.weights if name != CODE}
        if CODE in self.formula.weights:
            code = code_reward(passes, weights, self.formula.normalize)
            if code is None:
                return nan
            parts[CODE] = code
        return self.formula.total(parts)


@dataclass(frozen=True, slots=True)
class RewardReplay:
    """Replays any reward, by asking it again; one step's completions at a time, as in training."""

    reward: Reward
    columns: Columns
    completions: Sequence[GradedCompletion]

    def __call__(self, schedule: Schedule) -> Floats:
        """See `Replay`."""
        weighed = (
            replace(completion, weights=schedule.values[number])
            for completion, number in zip(self.completions, schedule.of.tolist(), strict=True)
        )
        values = [
            value
            for _, step in groupby(weighed, key=attrgetter("step"))
            for value in self.reward(list(step))
        ]
        rewards = np.array([nan if value is None else value.total for value in values])
        return np.where(np.isnan(self.columns.rewards), nan, rewards)


def formula_of(reward: Reward, columns: Columns) -> RewardFormula | None:
    """The formula of a reward, where it has one and the log holds the parts that it adds up."""
    formula: RewardFormula | None = getattr(reward, "formula", None)
    if formula is None:
        return None
    logged = {name for parts in columns.parts.values for name in parts}
    return formula if formula.weights.keys() <= logged | {CODE} else None


def read_completions(
    table: Any, texts: Any, within_tier: WithinTier = WithinTier.MEAN
) -> list[GradedCompletion]:
    """The completions of a table with `step`, `group` and `results`, without weights.

    `texts` is a table of the same rows that holds `TEXT_COLUMNS`; `within_tier` is the data's.
    """
    rows = table.select(["step", "group", "results"])
    for name in TEXT_COLUMNS:
        rows = rows.append_column(name, texts[name])
    return [
        GradedCompletion(
            completion=row["completion"],
            problem_id=row["problem_id"],
            grade=Grade(_program(row["program"]), results_of(row["results"]), within_tier),
            weights=TierWeights({}),
            step=row["step"],
            group=row["group"],
        )
        for row in rows.to_pylist()
    ]


def _program(source: str | None) -> Program | None:
    return None if source is None else Program(source)
