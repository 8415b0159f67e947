"""What was decided from a probe, with the figures that it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from tarot.metrics import Estimate
from tarot.types import Tier, TierWeights

REMEDIES = (
    "Remedies: a cold start on reference solutions (cold_start), easier problems (data), larger "
    "groups (num_generations); where only the lower end is too low, a larger probe "
    "(probe.problems, probe.samples)."
)


@dataclass(frozen=True, slots=True)
class PhaseSignal:
    """One early phase of a candidate and the share of its groups expected to have variance.

    `low` is the lower end of the share's 90% interval over problems.
    """

    start: float
    weights: TierWeights
    share: float
    low: float
    num_problems: int
    num_skipped: int


@dataclass(frozen=True, slots=True)
class CandidateSignal:
    """A candidate and its first two phases; a policy without stages has one."""

    name: str
    phases: tuple[PhaseSignal, ...]

    @property
    def weakest_low(self) -> float:
        """The lower bound of the phase for which it is least."""
        return min(phase.low for phase in self.phases)


@dataclass(frozen=True, slots=True)
class ProbeSummary:
    """What the probe measured: pass rate per tier with its 95% interval, clustered by problem.

    `num_short` problems have fewer judged samples than a group has completions.
    """

    num_problems: int
    num_short: int
    tiers: Mapping[Tier, Estimate]


@dataclass(frozen=True, slots=True)
class Decision:
    """The chosen candidate, why, and what the others would have had.

    `starved` means that no candidate was feasible and the fallback was taken. `alike` are
    candidates of the order whose early phases have the objective of the chosen one, so that no
    probe tells them apart. `runner_up` is the next that is feasible and not alike. `agreement` is
    the share of `num_draws` bootstrap draws that choose the same, their shares taken as the truth.
    """

    chosen: str
    starved: bool
    hardest_first: tuple[str, ...]
    threshold: float
    group_size: int
    num_draws: int
    agreement: float
    runner_up: str | None
    alike: tuple[str, ...]
    probe: ProbeSummary
    candidates: tuple[CandidateSignal, ...]

    def to_json(self) -> dict[str, Any]:
        """A plain dict for `decision.json`, with the reason in words."""
        return {**_ADAPTER.dump_python(self, mode="json"), "reason": self.reason}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> "Decision":
        """The decision that `to_json` wrote; pydantic's ValidationError for anything else."""
        return _ADAPTER.validate_python(plain)

    @property
    def reason(self) -> str:
        """Why the chosen one was chosen, and what the probe can't tell."""
        return " ".join(self._sentences())

    @property
    def block(self) -> str:
        """The decision with its figures, several lines to be read at a glance."""
        by_name = {candidate.name: candidate for candidate in self.candidates}
        shown = [name for name in self.hardest_first if name not in self.alike]
        if self.chosen not in shown:
            shown.append(self.chosen)
        width = max(map(len, shown))
        verdict, *more = self._sentences()
        runner_up = self.runner_up or "none"
        agree = f"{self.agreement:.0%} of {self.num_draws} draws of the problems choose the same"
        lines = [
            *more,
            "share of groups with variance, and the lower end of its 90% interval:",
            *(f"  {name:<{width}}  {_figures(by_name[name])}" for name in shown),
            f"runner-up: {runner_up}; {agree}",
            f"probe: {self._probed()}",
        ]
        return "\n  ".join([f"curriculum {self.chosen}: {verdict}", *lines])

    def _sentences(self) -> list[str]:
        sentences = [self._verdict()]
        if self.probe.num_problems < 2:
            sentences.append("With fewer than two problems nothing is known of others.")
        if self.probe.num_short:
            sentences.append(
                f"{self.probe.num_short} of {self.probe.num_problems} problems have fewer samples "
                f"than the group of {self.group_size}: theirs are shares of smaller groups, which "
                "are lower."
            )
        if self.starved:
            sentences.append(REMEDIES)
        if self.alike:
            rule = "curriculum.fallback" if self.starved else "the order"
            sentences.append(
                f"No probe tells it from {', '.join(self.alike)}, with the same early phases; "
                f"{rule} alone decides."
            )
        return sentences

    def _verdict(self) -> str:
        order = ", ".join(self.hardest_first)
        fed = f"at least {self.threshold:.1%} of its groups with variance in each early phase"
        end = "at the lower end of the 90% interval"
        lows = " and ".join(f"{phase.low:.1%}" for phase in self._chosen_phases())
        if self.starved:
            return (
                f"Starved as far as the probe shows: of {order}, none keeps {fed}, {end}. "
                f"The fallback has {lows}."
            )
        return f"{self.chosen} is the first of {order} that keeps {fed}, {end}: {lows}."

    def _chosen_phases(self) -> tuple[PhaseSignal, ...]:
        return next(found.phases for found in self.candidates if found.name == self.chosen)

    def _probed(self) -> str:
        rates = [
            f"{tier} {rate.mean:.0%} [{rate.low:.0%}, {rate.high:.0%}]"
            for tier in Tier
            if (rate := self.probe.tiers.get(tier)) is not None
        ]
        return ", ".join([f"problems {self.probe.num_problems}", *rates])


def _figures(candidate: CandidateSignal) -> str:
    return ", ".join(
        f"{_counted(phase.weights)} {phase.share:.1%} [{phase.low:.1%}]"
        for phase in candidate.phases
    )


def _counted(weights: TierWeights) -> str:
    return "+".join(tier for tier in Tier if tier in weights.weights)


_ADAPTER = TypeAdapter(Decision)
