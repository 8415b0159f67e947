"""The adaptive curriculum: a rule that chooses a policy from what the untuned model can do.

The rule: in a stated order, hardest first, take the first candidate each of whose first two
phases keeps the expected share of groups with variance at or above a threshold, even at the lower
end of the share's 90% interval. A group without variance teaches nothing, so a candidate below it
would starve at its start. If none is feasible, a stated fallback is taken, flagged as starved.

The published method gives no rule and no threshold; these are this project's own. docs/signal.md
has the derivation. The code reward alone is counted: variance in format teaches format.
"""

from collections.abc import Mapping, Sequence
from math import fsum

import numpy as np

from tarot.capability.decision import Decision, ProbeSummary
from tarot.capability.evidence import gather
from tarot.capability.outcomes import ProblemOutcomes, tier_means
from tarot.curriculum import OnlinePolicy, Phase, phases
from tarot.metrics.bootstrap import Floats
from tarot.metrics.steps import REWARD_DIGITS
from tarot.types import Policy, Tier, UserError

NUM_EARLY_PHASES = 2


class AdaptiveChoice:
    """Chooses one of several policies from a probe.

    Args:
        candidates: policies by name; the decision shows the figures of each.
        hardest_first: the names to choose from, in order. Of candidates with the same early
            phases (the forward policies share theirs) the first one stands for all.
        fallback: the candidate to take where none of the order is feasible.
        threshold: the least share of groups with variance that feeds a phase.
        num_draws: bootstrap draws of the problems, from which the bounds are read.
    """

    def __init__(
        self,
        candidates: Mapping[str, Policy],
        hardest_first: Sequence[str],
        fallback: str,
        threshold: float,
        num_draws: int,
    ) -> None:
        """Check the settings; UserError names the key that is wrong."""
        if not hardest_first:
            raise UserError("curriculum.hardest_first: it is empty; name at least one candidate")
        named = [("hardest_first", name) for name in hardest_first] + [("fallback", fallback)]
        for key, name in named:
            if name not in candidates:
                names = ", ".join(sorted(candidates))
                raise UserError(f"curriculum.{key}: {name} is no candidate; use some of {names}")
        for name, policy in candidates.items():
            if isinstance(policy, OnlinePolicy):
                raise UserError(
                    f"curriculum.candidates.{name}: it decides on line, so its early phases are "
                    "not known; name policies that depend on progress alone"
                )
        if not 0 <= threshold <= 1:
            raise UserError(f"curriculum.threshold: {threshold} is not between 0 and 1")
        if num_draws < 1:
            raise UserError(f"curriculum.num_draws: {num_draws} is not at least 1")
        self._candidates = dict(candidates)
        self._order = tuple(hardest_first)
        self._fallback = fallback
        self._threshold = threshold
        self._num_draws = num_draws

    def policy(self, name: str) -> Policy:
        """The candidate of that name; UserError if a recorded decision names another."""
        if name not in self._candidates:
            raise UserError(
                f"decision.json: {name} is no candidate; use {', '.join(self._candidates)}"
            )
        return self._candidates[name]

    @property
    def choices(self) -> dict[str, Policy]:
        """What it may choose: the candidates of the order, and the fallback."""
        return {name: self._candidates[name] for name in (*self._order, self._fallback)}

    def decide(self, outcomes: Sequence[ProblemOutcomes], group_size: int) -> Decision:
        """The decision for groups of `group_size`; total and deterministic."""
        others = sorted(self._candidates.keys() - set(self._order))
        early = {name: self._early_phases(name) for name in (*self._order, *others)}
        evidence = gather(early, outcomes, group_size, self._num_draws)
        signals = evidence.signals
        feasible = [name for name in self._order if signals[name].weakest_low >= self._threshold]
        chosen = feasible[0] if feasible else self._fallback
        alike = tuple(
            name
            for name in self._order
            if name != chosen and _objectives(early[name]) == _objectives(early[chosen])
        )
        runners_up = [name for name in feasible if name not in (chosen, *alike)]
        return Decision(
            chosen=chosen,
            starved=not feasible,
            hardest_first=self._order,
            threshold=self._threshold,
            group_size=group_size,
            num_draws=self._num_draws,
            agreement=self._agreement(chosen, evidence.weakest_draws),
            runner_up=runners_up[0] if runners_up else None,
            alike=alike,
            probe=_summary(outcomes, group_size),
            candidates=tuple(signals.values()),
        )

    def _early_phases(self, name: str) -> tuple[Phase, ...]:
        return phases(self._candidates[name])[:NUM_EARLY_PHASES]

    def _agreement(self, chosen: str, weakest_draws: Mapping[str, Floats]) -> float:
        """The share of the draws that choose the same."""
        fed = np.array([weakest_draws[name] >= self._threshold for name in self._order])
        first = np.array(self._order)[fed.argmax(axis=0)]
        choices = np.where(fed.any(axis=0), first, self._fallback)
        return float((choices == chosen).mean())


def _objectives(early: Sequence[Phase]) -> list[tuple[float, bool, dict[Tier, float]]]:
    """What the phases ask for, up to the scale of their weights."""
    return [
        (phase.start, phase.weights.all_must_pass, _normalised(phase.weights.weights))
        for phase in early
    ]


def _normalised(weights: Mapping[Tier, float]) -> dict[Tier, float]:
    total = fsum(weights.values())
    return {tier: round(weight / total, REWARD_DIGITS) for tier, weight in weights.items()}


def _summary(outcomes: Sequence[ProblemOutcomes], group_size: int) -> ProbeSummary:
    num_short = sum(problem.num_judged < group_size for problem in outcomes)
    return ProbeSummary(len(outcomes), num_short, tier_means(outcomes))
