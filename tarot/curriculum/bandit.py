"""Tiers chosen by learning progress: the one whose pass rate moves most comes next.

Progress is the difference of a tier's pass rate between two adjoining windows of steps, up or down:
a tier that is forgotten needs training as one that is learnt deserves it. After Matiisen et al.
(2017), "Teacher-Student Curriculum Learning", arXiv:1707.00183, whose absolute learning progress
and epsilon-greedy choice this is. There a task is only seen when it is chosen; here every tier is
judged at every step, so all of them have a progress at any time and none has to be tried for it.
"""

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from tarot.curriculum.allocations import at_least, number, per_tier
from tarot.curriculum.groups import tier_rates
from tarot.curriculum.online import CurriculumDecision
from tarot.curriculum.progress import Sums, progress_between
from tarot.types import GradedCompletion, Tier, TierWeights, UserError

BY_PROGRESS = "pick_by_progress"
AT_RANDOM = "pick_at_random"
WITHOUT_PROGRESS = "pick_without_progress"


class BanditPolicy:
    """Trains one tier at a time, for `dwell` steps, and picks by learning progress.

    All tiers count until the first pick. With probability `epsilon` a pick is at random; else it
    is the tier of the largest progress, and at random where no tier has any. Tiers that no problem
    of the last steps had are not drawn. A progress of no more than `noise_floor` times its standard
    error is none: with no change at all, that leaves a share of about 5% of the progresses at 2,
    and 32% at 1.

    Args:
        weights: reward weight per tier, at least 0; a tier of weight 0 is never picked.
        window: the most steps in each of the two windows; they halve what there is of fewer.
        dwell: the steps that a pick is kept.
        epsilon: the probability of a pick at random.
        noise_floor: the least progress that counts, in standard errors.
        seed: of the picks at random.
        all_must_pass: whether the code reward is 1 only if the tier passes in full.
    """

    def __init__(  # noqa: PLR0913
        self,
        weights: Mapping[str, float],
        window: int,
        dwell: int,
        epsilon: float,
        noise_floor: float,
        seed: int,
        all_must_pass: bool = False,
    ) -> None:
        """Check the settings; UserError names the key that is wrong."""
        tier_weights = per_tier("curriculum.weights", weights)
        self._weights = {tier: weight for tier, weight in tier_weights.items() if weight > 0}
        if not self._weights:
            raise UserError("curriculum.weights: no tier has a weight; give one tier a weight")
        if not number("curriculum.epsilon", epsilon) <= 1:
            raise UserError(f"curriculum.epsilon: {epsilon} is not between 0 and 1")
        self._window = at_least("curriculum.window", window, 1)
        self._dwell = at_least("curriculum.dwell", dwell, 1)
        self._epsilon = epsilon
        self._noise_floor = number("curriculum.noise_floor", noise_floor)
        self._seed = seed
        self._all_must_pass = all_must_pass
        self._picked: Tier | None = None
        self._num_picks = 0
        self._last_step = 0
        self._steps = 0  # begun since the last pick
        self._history: list[dict[Tier, Sums]] = []  # of the last 2 * window steps

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers to pick from, in order."""
        return tuple(self._weights)

    def weights(self) -> TierWeights:
        """The weight of the tier in force, of all tiers before the first pick."""
        if self._picked is None:
            return TierWeights(dict(self._weights), self._all_must_pass)
        return TierWeights({self._picked: self._weights[self._picked]}, self._all_must_pass)

    def observe(self, completions: Sequence[GradedCompletion]) -> list[CurriculumDecision]:
        """Take in what the groups of a step passed of every tier."""
        if not completions:
            return []
        rates = {tier: tier_rates(completions, tier) for tier in self.tiers}
        return self.observe_rates(completions[0].step, rates)

    def observe_rates(
        self, step: int, rates: Mapping[Tier, Sequence[float]]
    ) -> list[CurriculumDecision]:
        """Take in the pass rates of a step's groups by tier; see `observe`."""
        if step != self._last_step:
            self._last_step = step
            self._steps += 1
            self._history = [*self._history, {}][-2 * self._window :]
        latest = self._history[-1]
        for tier, values in rates.items():
            latest[tier] = latest.get(tier, Sums()).with_values(values)
        return [self._pick()] if self._steps >= self._dwell else []

    def state_dict(self) -> dict[str, Any]:
        """The pick in force, counts, and the sums of the last steps."""
        return {
            "picked": None if self._picked is None else self._picked.value,
            "num_picks": self._num_picks,
            "last_step": self._last_step,
            "steps": self._steps,
            "history": [
                {tier.value: [sums.count, sums.total, sums.squares] for tier, sums in one.items()}
                for one in self._history
            ],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` gave."""
        self._picked = None if state["picked"] is None else Tier(state["picked"])
        self._num_picks = state["num_picks"]
        self._last_step = state["last_step"]
        self._steps = state["steps"]
        self._history = [
            {Tier(name): Sums(*sums) for name, sums in one.items()} for one in state["history"]
        ]

    def _pick(self) -> CurriculumDecision:
        """Pick the next tier; the draws hang on the seed and the number of the pick alone."""
        self._num_picks += 1
        self._steps = 0
        draws = Random(f"{self._seed}-{self._num_picks}")
        figures: dict[str, float | None] = {}
        best, largest = None, 0.0
        for tier in self.tiers:
            earlier, recent = self._halves(tier)
            progress = progress_between(earlier, recent)
            floor = self._noise_floor * progress.error if progress else math.nan
            figures |= {
                f"pass_rate/{tier}": recent.mean,
                f"progress/{tier}": progress.difference if progress else None,
                f"noise_floor/{tier}": floor if progress else None,
            }
            size = abs(progress.difference) if progress else 0.0
            if size > floor and size > largest:
                best, largest = tier, size
        action = BY_PROGRESS if best else WITHOUT_PROGRESS
        if draws.random() < self._epsilon:
            best, action = None, AT_RANDOM
        self._picked = best or draws.choice(self._seen())
        return CurriculumDecision(self._last_step, action, self.weights(), figures)

    def _seen(self) -> tuple[Tier, ...]:
        """The tiers that some problem of the last steps had, all where none had any."""
        seen = {tier for one in self._history for tier, sums in one.items() if sums.count}
        return tuple(tier for tier in self.tiers if tier in seen) or self.tiers

    def _halves(self, tier: Tier) -> tuple[Sums, Sums]:
        """What is known of a tier in the earlier and in the recent window, of equal length."""
        half = len(self._history) // 2
        known = [one.get(tier, Sums()) for one in self._history]
        split = len(known) - half
        return Sums.of(known[split - half : split]), Sums.of(known[split:])
