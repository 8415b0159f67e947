"""The adaptive curriculum: a rule that chooses a policy from what the untuned model can do.

The rule: in a stated order, hardest first, take the first candidate each of whose first two
phases keeps the expected share of groups with variance at or above a threshold. A group without
variance teaches nothing, so a candidate below it would starve at its start. If none is feasible,
the last of the order is taken, flagged as starved.

The published method gives no rule and no threshold; these are this project's own.
"""

from collections.abc import Mapping, Sequence

from tarot.capability.decision import CandidateSignal, Decision, PhaseSignal
from tarot.capability.outcomes import ProblemOutcomes
from tarot.capability.signal import mean_signal, varied_share
from tarot.curriculum import Phase, phases
from tarot.types import Policy, UserError

NUM_EARLY_PHASES = 2
REMEDIES = (
    "Remedies: a cold start on reference solutions (cold_start), easier problems (data), "
    "or larger groups (num_generations)."
)


class AdaptiveChoice:
    """Chooses one of several policies from a probe.

    Args:
        candidates: policies by name; the decision shows the figures of each.
        hardest_first: the names to choose from, in order. Of candidates with equal early phases
            (the forward policies share theirs) the first one stands for all.
        threshold: the least mean expected share of groups with variance that feeds a phase.
    """

    def __init__(
        self,
        candidates: Mapping[str, Policy],
        hardest_first: Sequence[str] = (
            "reversed_ce",
            "forward_ce",
            "forward_uniform",
            "forward_bi",
        ),
        threshold: float = 0.5,
    ) -> None:
        """Check the order and the threshold; UserError names the key that is wrong."""
        if not hardest_first:
            raise UserError("curriculum.hardest_first: it is empty; name at least one candidate")
        for name in hardest_first:
            if name not in candidates:
                raise UserError(
                    f"curriculum.hardest_first: {name} is no candidate; "
                    f"use some of {', '.join(sorted(candidates))}"
                )
        if not 0 <= threshold <= 1:
            raise UserError(f"curriculum.threshold: {threshold} is not between 0 and 1")
        self._candidates = dict(candidates)
        self._order = tuple(hardest_first)
        self._threshold = threshold

    def policy(self, name: str) -> Policy:
        """The candidate of that name; UserError if a recorded decision names another."""
        if name not in self._candidates:
            raise UserError(
                f"decision.json: {name} is no candidate; use {', '.join(self._candidates)}"
            )
        return self._candidates[name]

    def decide(self, outcomes: Sequence[ProblemOutcomes], group_size: int) -> Decision:
        """The decision for groups of `group_size`; total and deterministic."""
        others = sorted(self._candidates.keys() - set(self._order))
        signals = {
            name: _candidate_signal(name, self._candidates[name], outcomes, group_size)
            for name in (*self._order, *others)
        }
        feasible = [name for name in self._order if signals[name].weakest_share >= self._threshold]
        chosen = feasible[0] if feasible else self._order[-1]
        alike = tuple(
            name
            for name in self._order
            if name != chosen and signals[name].shares == signals[chosen].shares
        )
        runners_up = [name for name in feasible if name not in (chosen, *alike)]
        return Decision(
            chosen=chosen,
            starved=not feasible,
            threshold=self._threshold,
            group_size=group_size,
            runner_up=runners_up[0] if runners_up else None,
            alike=alike,
            candidates=tuple(signals.values()),
            reason=self._reason(signals[chosen], bool(feasible), alike),
        )

    def _reason(self, chosen: CandidateSignal, feasible: bool, alike: Sequence[str]) -> str:
        order = ", ".join(self._order)
        figures = " and ".join(f"{share:.0%}" for share in chosen.shares)
        if not feasible:
            return (
                f"Starved: of {order}, none keeps {self._threshold:.0%} of its groups with "
                f"variance in each early phase. {chosen.name}, the last, has {figures}. {REMEDIES}"
            )
        ties = f" The order alone sets it before {', '.join(alike)}." if alike else ""
        return (
            f"{chosen.name} is the first of {order} that keeps at least {self._threshold:.0%} of "
            f"its groups with variance in each early phase: {figures}.{ties}"
        )


def _candidate_signal(
    name: str, policy: Policy, outcomes: Sequence[ProblemOutcomes], group_size: int
) -> CandidateSignal:
    early = phases(policy)[:NUM_EARLY_PHASES]
    return CandidateSignal(
        name, tuple(_phase_signal(phase, outcomes, group_size) for phase in early)
    )


def _phase_signal(
    phase: Phase, outcomes: Sequence[ProblemOutcomes], group_size: int
) -> PhaseSignal:
    signal = mean_signal([varied_share(problem, phase.weights, group_size) for problem in outcomes])
    return PhaseSignal(
        phase.start, phase.weights, signal.share, signal.num_problems, signal.num_skipped
    )
