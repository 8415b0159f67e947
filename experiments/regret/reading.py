"""From run directories to scores, and to what the rule chooses."""

from collections.abc import Sequence
from statistics import fmean

from experiments.regret.grid import EXPERIMENT, Place, Policy
from experiments.regret.results import Measure, Missing, RunResult, Scores
from tarot.capability import (
    AdaptiveChoice,
    Decision,
    ProblemOutcomes,
    run_outcomes,
    suite_scores,
    tier_scores,
)
from tarot.cli.composition import compose
from tarot.config.schema import RunConfig
from tarot.config.targets import build
from tarot.data import Split
from tarot.metrics import clustered_mean
from tarot.probe.directory import Probe
from tarot.runs import RunDirectory, config_sha
from tarot.types import Tier, UserError


def read_runs(places: Sequence[Place]) -> tuple[list[RunResult], list[Missing]]:
    """The finished runs, and those that are not with the reason."""
    rule = configured_rule()
    results: list[RunResult] = []
    missing: list[Missing] = []
    for place in places:
        try:
            results.append(_read(place, rule))
        except UserError as error:
            missing.append(Missing(place.name, str(error)))
    return results, missing


def configured_rule() -> AdaptiveChoice:
    """The rule as `curriculum=adaptive` has it."""
    (job,) = compose("train", [EXPERIMENT, "curriculum=adaptive"])
    rule: AdaptiveChoice = build("curriculum", job.config["curriculum"])
    return rule


def choose(run: RunDirectory, rule: AdaptiveChoice) -> Decision:
    """What the rule chooses for the model that a run started from, by the probe of its config.

    UserError where that has not been made.
    """
    settings = RunConfig.model_validate(run.config())
    probe = Probe.of(settings, run.data_fingerprint())
    if not probe.path.exists():
        raise UserError(f"{run.path}: its model is not probed; run the study again")
    return rule.decide(probe.outcomes(), settings.num_generations)


def scores(outcomes: Sequence[ProblemOutcomes]) -> Scores:
    """Pass rates by tier, of the whole suite, and the mean over tiers."""
    tiers = {tier.value: clustered_mean(tier_scores(outcomes, tier)).mean for tier in Tier}
    suite = clustered_mean(suite_scores(outcomes)).mean
    return Scores({**tiers, Measure.SUITE: suite, Measure.TIERS: fmean(tiers.values())})


def _read(place: Place, rule: AdaptiveChoice) -> RunResult:
    run = place.run
    before, after = run_outcomes(run, "before"), run_outcomes(run, "after")
    split = Split(run.config()["evaluation"]["split"])
    decision = choose(run, rule)
    return RunResult(
        capability=place.capability,
        policy=place.policy,
        seed=place.seed,
        run=run.path.name,
        sha=config_sha(run.config(), run.data_fingerprint()),
        chosen=_trained(decision.chosen),
        starved=decision.starved,
        before=scores(before[split]),
        after=scores(after[split]),
    )


def _trained(name: str) -> Policy:
    if name not in list(Policy):
        raise UserError(f"curriculum=adaptive chooses {name}, which the study doesn't train")
    return Policy(name)
