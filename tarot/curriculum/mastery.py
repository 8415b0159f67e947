"""Stages that follow what the model masters: on when the pass rate is high, back when it is gone.

The pass rate of a stage is the mean over problems of what a group passes of the stage's tiers
(`stage_rates`), so an easy draw of problems does not pass for skill: how problems differ is part of
the spread of the values, and the test asks for evidence that outweighs it. Rates of single problems
from earlier visits would narrow the spread as a control variate. They are not used: in a run of
few epochs most problems come once a stage, what was seen then is of another model, and differences
reach over [-1, 1], which doubles the range that a bound for bounded values has to cover.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tarot.curriculum.allocations import at_least, number, per_tier, stage_allocation
from tarot.curriculum.groups import stage_rates
from tarot.curriculum.online import CurriculumDecision
from tarot.metrics.confidence_sequence import BettingTest, spent
from tarot.types import GradedCompletion, TierWeights, UserError

STAGE_KEYS = ("allocation",)
ADVANCE = "advance"
FALL_BACK = "fall_back"


@dataclass(frozen=True, slots=True)
class _State:
    """`steps` of the stage and `window_steps` of the window are those begun, with the last one.

    `mastery` bets on a rate above the level, since the stage began; `collapse` on a failure rate
    above 1 - collapse, since the window began. Their numbers count the tests of the run.
    """

    mastery: BettingTest
    collapse: BettingTest
    stage: int = 0
    mastery_number: int = 1
    collapse_number: int = 1
    last_step: int = 0
    steps: int = 0
    window_steps: int = 0
    groups: int = 0


class MasteryPolicy:
    """Advances a stage when a time-uniform lower bound on its pass rate passes a level.

    It never advances past the last stage. It falls back a stage when the rate over a recent window
    is shown to be below `collapse`: windows follow each other from the start of the stage, and
    each has a test of its own. The k-th test of either kind has the error probability
    alpha / (k (k + 1)), so over the whole run any number of false advances has a probability of at
    most `alpha`, and so have false retreats. An advance is false if the rate was never above the
    level since the stage began; a retreat if it was never below `collapse` in the window.

    Args:
        weights: reward weight per tier, at least 0; a tier that is left out has weight 0.
        stages: `{allocation}` in order, with the factor per tier, 1 for a tier that counts.
        level: the pass rate to exceed.
        collapse: the pass rate to keep, below `level`; 0 for never falling back.
        alpha: the probability of a false advance, and of a false retreat, over the run.
        min_steps: the least number of steps in a stage.
        window: the steps in which a collapse has to show.
        all_must_pass: whether the code reward is 1 only if all active tiers pass; then the pass
            rate is that of this reward.
    """

    def __init__(  # noqa: PLR0913
        self,
        weights: Mapping[str, float],
        stages: Sequence[Mapping[str, Any]],
        level: float,
        collapse: float,
        alpha: float,
        min_steps: int,
        window: int,
        all_must_pass: bool = False,
    ) -> None:
        """Check the settings; UserError names the key that is wrong."""
        tier_weights = per_tier("curriculum.weights", weights)
        self._stages = tuple(
            stage_allocation(
                f"curriculum.stages.{index}", stage, STAGE_KEYS, tier_weights, all_must_pass
            )
            for index, stage in enumerate(stages)
        )
        if not self._stages:
            raise UserError("curriculum.stages: it is empty; give it at least one stage")
        _check_between("level", level, 1)
        _check_between("alpha", alpha, 1)
        if not number("curriculum.collapse", collapse) < level:
            raise UserError(f"curriculum.collapse: {collapse} is not below the level, {level}")
        self._alpha = alpha
        self._min_steps = at_least("curriculum.min_steps", min_steps, 1)
        self._window = at_least("curriculum.window", window, 1)
        self._falls_back = collapse > 0
        self._untested = _State(BettingTest(level), BettingTest(1 - collapse))
        self._state = self._untested

    @property
    def stages(self) -> tuple[TierWeights, ...]:
        """The weights of each stage, in order."""
        return self._stages

    @property
    def stage(self) -> int:
        """The number of the stage in force, from 0."""
        return self._state.stage

    def weights(self) -> TierWeights:
        """The weights of the stage in force."""
        return self._stages[self._state.stage]

    def observe(self, completions: Sequence[GradedCompletion]) -> list[CurriculumDecision]:
        """Take in what the groups of a step passed of the stage's tiers."""
        if not completions:
            return []
        return self.observe_rates(completions[0].step, stage_rates(completions, self.weights()))

    def observe_rates(self, step: int, rates: Sequence[float]) -> list[CurriculumDecision]:
        """Take in the pass rates of a step's groups; see `observe`."""
        state = self._begun(step)
        mastery, collapse = state.mastery, state.collapse
        for rate in rates:
            mastery = mastery.after(rate)
            if state.stage > 0:
                collapse = collapse.after(1 - rate)
        groups = state.groups + len(rates)
        self._state = state = replace(state, mastery=mastery, collapse=collapse, groups=groups)
        if state.steps >= self._min_steps:
            if self._is_mastered():
                return [self._moved(ADVANCE, state.mastery, self._mastery_alpha())]
            if self._has_collapsed():
                return [self._moved(FALL_BACK, state.collapse, self._collapse_alpha())]
        return []

    def state_dict(self) -> dict[str, Any]:
        """Stage, counts and the state of both tests."""
        return asdict(self._state)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` gave."""
        tests = {name: BettingTest(**state[name]) for name in ("mastery", "collapse")}
        self._state = _State(**{**state, **tests})

    def _begun(self, step: int) -> _State:
        """The state with this step begun, and a new window where the last one is over."""
        state = self._state
        if step == state.last_step:
            return state
        state = replace(
            state, last_step=step, steps=state.steps + 1, window_steps=state.window_steps + 1
        )
        if state.window_steps <= self._window or state.stage == 0:
            return state
        return replace(
            state,
            collapse=self._untested.collapse,
            collapse_number=state.collapse_number + 1,
            window_steps=1,
        )

    def _is_mastered(self) -> bool:
        has_next = self._state.stage + 1 < len(self._stages)
        return has_next and self._state.mastery.rejects(self._mastery_alpha())

    def _has_collapsed(self) -> bool:
        can_fall = self._falls_back and self._state.stage > 0
        return can_fall and self._state.collapse.rejects(self._collapse_alpha())

    def _mastery_alpha(self) -> float:
        return spent(self._alpha, self._state.mastery_number)

    def _collapse_alpha(self) -> float:
        return spent(self._alpha, self._state.collapse_number)

    def _moved(self, action: str, test: BettingTest, alpha: float) -> CurriculumDecision:
        """Go to the next or to the last stage, with new tests."""
        state = self._state
        stage = state.stage + (1 if action == ADVANCE else -1)
        self._state = replace(
            self._untested,
            stage=stage,
            mastery_number=state.mastery_number + 1,
            collapse_number=state.collapse_number + (1 if state.stage > 0 else 0),
            last_step=state.last_step,
        )
        figures: dict[str, float | None] = {
            "from_stage": state.stage,
            "to_stage": stage,
            "pass_rate": state.mastery.mean,
            "groups": state.groups,
            "steps": state.steps,
            "log_evidence": test.log_capital,
            "log_evidence_needed": -math.log(alpha),
        }
        return CurriculumDecision(state.last_step, action, self.weights(), figures)


def _check_between(key: str, value: float, highest: float) -> None:
    if not 0 < number(f"curriculum.{key}", value) < highest:
        raise UserError(f"curriculum.{key}: {value} is not between 0 and {highest}")
