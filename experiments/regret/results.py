"""The study's results as values and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from experiments.regret.grid import Capability, Policy
from experiments.results import Saved
from tarot.metrics.seeds import Paired
from tarot.types import UserError


class Measure(StrEnum):
    """A score of a trained model on held-out problems, each the mean over problems.

    `suite` is the share of completions that pass all four tiers, `tiers` the mean over tiers of
    the share that passes.
    """

    SUITE = "suite"
    TIERS = "tiers"


@dataclass(frozen=True, slots=True)
class Scores:
    """Pass rates by tier, `suite` for all four at once, and their mean as `tiers`."""

    rates: Mapping[str, float]

    def of(self, measure: Measure) -> float:
        """The score that is compared."""
        return self.rates[measure]


@dataclass(frozen=True, slots=True)
class RunResult:
    """One finished run: its directory's name, its config's sha, and its scores.

    `chosen` is the policy that the rule chooses from the probe of the run's model.
    """

    capability: Capability
    policy: Policy
    seed: int
    run: str
    sha: str
    chosen: Policy
    starved: bool
    before: Scores
    after: Scores


@dataclass(frozen=True, slots=True)
class Choice:
    """What the rule chooses for a model, and whether no policy was shown to be fed."""

    policy: Policy
    starved: bool


def choice_of(runs: Sequence[RunResult]) -> Choice:
    """The rule's choice for one capability's runs, which have the same model and so the same probe.

    Raises:
        UserError: if there is more than one choice.
    """
    choices = {Choice(run.chosen, run.starved) for run in runs}
    if len(choices) > 1:
        raise UserError(
            f"regret: the rule chose {' and '.join(sorted({run.chosen for run in runs}))} for runs "
            f"of one capability, {runs[0].capability}: they are of several models; train them anew"
        )
    return choices.pop()


@dataclass(frozen=True, slots=True)
class Regrets:
    """What the rule's choices lost under one measure, as score without minus score with the rule.

    `to_average` is the primary comparison. `to_best` is against the policy that was best on the
    other seeds. `to_oracle` is against the best on the same seeds: it is too high, as the best of
    several noisy means is, and has no interval.
    """

    to_average: Paired
    to_best: Paired
    to_oracle: float


@dataclass(frozen=True, slots=True)
class CapabilityResult:
    """One capability under one measure.

    `after` is the mean over seeds by policy; `differences` those of a policy from `average`.
    """

    before: float
    after: Mapping[Policy, float]
    differences: Mapping[Policy, Paired]
    regrets: Regrets


@dataclass(frozen=True, slots=True)
class Missing:
    """A run of which there is nothing to report, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Results(Saved):
    """All runs, and the comparisons by measure and capability; none while a run is missing.

    `overall` is the rule's regret to `average` with the capabilities averaged in each seed.
    """

    runs: tuple[RunResult, ...]
    capabilities: Mapping[Measure, Mapping[Capability, CapabilityResult]]
    overall: Mapping[Measure, Paired]
    missing: tuple[Missing, ...]
