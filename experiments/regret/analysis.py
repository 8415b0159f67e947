"""From the runs' scores to the regret of the rule.

The best policy of a capability is not known. To pick it by the scores that it is then compared on
makes it look better than it is, so for each seed it is picked on the other seeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from experiments.regret.grid import Capability, Policy
from experiments.regret.results import (
    CapabilityResult,
    Measure,
    Missing,
    Regrets,
    Results,
    RunResult,
    choice_of,
)
from tarot.metrics.multiplicity import holm
from tarot.metrics.seeds import BySeed, Paired, paired

# A score by policy and seed.
Table = Mapping[Policy, BySeed]


def analyse(runs: Sequence[RunResult], missing: Sequence[Missing]) -> Results:
    """The comparisons of a whole grid, every policy having every seed."""
    if missing:
        return Results(tuple(runs), {}, {}, tuple(missing))
    return Results(
        runs=tuple(runs),
        capabilities={measure: _capabilities(runs, measure) for measure in Measure},
        overall={measure: _overall(runs, measure) for measure in Measure},
        missing=(),
    )


def best_elsewhere(table: Table) -> dict[int, Policy]:
    """For each seed the policy with the highest mean over the other seeds, the first if equal."""
    seeds = list(next(iter(table.values())))
    return {
        left_out: max(table, key=lambda policy: fmean(_without(table[policy], left_out).values()))
        for left_out in seeds
    }


def regrets(table: Table, chosen: Policy) -> Regrets:
    """What the choice lost against `average`, the best elsewhere and the oracle."""
    kept = table[chosen]
    best = max(fmean(scores.values()) for scores in table.values())
    return Regrets(
        to_average=paired(table[Policy.AVERAGE], kept),
        to_best=paired(taken(table, best_elsewhere(table)), kept),
        to_oracle=best - fmean(kept.values()),
    )


def taken(table: Table, chosen: Mapping[int, Policy]) -> dict[int, float]:
    """The score of each seed under the policy picked for it."""
    return {seed: table[policy][seed] for seed, policy in chosen.items()}


def _capabilities(
    runs: Sequence[RunResult], measure: Measure
) -> dict[Capability, CapabilityResult]:
    """With Holm's p over the capabilities for the rule, and over all pairs for the policies."""
    found = {capability: _capability(_of(runs, capability), measure) for capability in Capability}
    primary = holm([result.regrets.to_average.p for result in found.values()])
    keys = [(name, policy) for name, result in found.items() for policy in result.differences]
    pairs = holm([found[name].differences[policy].p for name, policy in keys])
    adjusted = dict(zip(keys, pairs, strict=True))
    return {
        name: replace(
            result,
            regrets=replace(
                result.regrets, to_average=replace(result.regrets.to_average, adjusted=p)
            ),
            differences={
                policy: replace(difference, adjusted=adjusted[name, policy])
                for policy, difference in result.differences.items()
            },
        )
        for (name, result), p in zip(found.items(), primary, strict=True)
    }


def _capability(runs: Sequence[RunResult], measure: Measure) -> CapabilityResult:
    table = _table(runs, measure)
    average = table[Policy.AVERAGE]
    return CapabilityResult(
        before=fmean([run.before.of(measure) for run in runs]),
        after={policy: fmean(scores.values()) for policy, scores in table.items()},
        differences={
            policy: paired(scores, average)
            for policy, scores in table.items()
            if policy is not Policy.AVERAGE
        },
        regrets=regrets(table, choice_of(runs).policy),
    )


def _overall(runs: Sequence[RunResult], measure: Measure) -> Paired:
    """Of each seed the mean over capabilities, without and with the rule."""
    tables = [_table(_of(runs, capability), measure) for capability in Capability]
    kept = [
        table[choice_of(_of(runs, capability)).policy]
        for table, capability in zip(tables, Capability, strict=True)
    ]
    return paired(_mean([table[Policy.AVERAGE] for table in tables]), _mean(kept))


def _mean(parts: Sequence[BySeed]) -> dict[int, float]:
    return {seed: fmean([part[seed] for part in parts]) for seed in parts[0]}


def _of(runs: Sequence[RunResult], capability: Capability) -> list[RunResult]:
    return [run for run in runs if run.capability is capability]


def _table(runs: Sequence[RunResult], measure: Measure) -> dict[Policy, dict[int, float]]:
    return {
        policy: {run.seed: run.after.of(measure) for run in runs if run.policy is policy}
        for policy in Policy
    }


def _without(scores: BySeed, seed: int) -> dict[int, float]:
    return {other: score for other, score in scores.items() if other != seed}
