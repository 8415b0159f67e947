"""The regret of the rule, against figures worked out by hand for three seeds.

Of one capability, by policy and seed:

    average   .5  .5  .5   mean .5
    forward   .8  .4  .3   mean .5
    reversed  .4  .6  .5   mean .5

Without seed 1 reversed is the best (.55 against .5 and .35), without seed 2 forward (.55), and
without seed 3 forward (.6). So the best elsewhere earns .4 .4 .3.
"""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from experiments.regret.analysis import analyse, best_elsewhere, regrets
from experiments.regret.grid import Capability, Policy
from experiments.regret.results import Measure, Missing, Results, RunResult, Scores
from tarot.types import Tier, UserError

AVERAGE, FORWARD, REVERSED = Policy
TABLE = {
    AVERAGE: {1: 0.5, 2: 0.5, 3: 0.5},
    FORWARD: {1: 0.8, 2: 0.4, 3: 0.3},
    REVERSED: {1: 0.4, 2: 0.6, 3: 0.5},
}


def scored(suite: float) -> Scores:
    """Half of each tier where all of the suite is passed; only the two measures matter."""
    return Scores(
        {**dict.fromkeys(Tier, suite / 2), Measure.SUITE: suite, Measure.TIERS: suite / 2}
    )


def grid(tables: Mapping[Capability, Mapping[Policy, Mapping[int, float]]]) -> list[RunResult]:
    """Runs with these scores, the rule choosing reversed for the weak and else forward."""
    return [
        RunResult(
            capability,
            policy,
            seed,
            run="regret",
            sha="0",
            chosen=REVERSED if capability is Capability.WEAK else FORWARD,
            starved=False,
            before=scored(0.25),
            after=scored(score),
        )
        for capability, table in tables.items()
        for policy, by_seed in table.items()
        for seed, score in by_seed.items()
    ]


@pytest.fixture
def results() -> Results:
    return analyse(grid(dict.fromkeys(Capability, TABLE)), missing=[])


def test_the_best_of_a_seed_is_picked_on_the_others() -> None:
    assert best_elsewhere(TABLE) == {1: REVERSED, 2: FORWARD, 3: FORWARD}


def test_regret_is_the_score_without_the_choice_minus_the_score_with_it() -> None:
    """Chosen: reversed throughout, .4 .6 .5. The best elsewhere differs by 0 -.2 -.2."""
    found = regrets(TABLE, REVERSED)
    assert found.to_average.mean == pytest.approx((0.1 - 0.1 + 0) / 3)
    assert found.to_average.deviation == pytest.approx(0.1)
    assert found.to_best.mean == pytest.approx(-0.4 / 3)
    assert found.to_oracle == pytest.approx(0)


def test_the_oracle_picks_on_the_same_seeds_and_the_best_elsewhere_does_not() -> None:
    """Chosen: average, .5 throughout, against .4 .4 .3 elsewhere; forward, now better, has .6."""
    better = {**TABLE, FORWARD: {1: 0.8, 2: 0.6, 3: 0.4}}
    assert best_elsewhere(better) == {1: REVERSED, 2: FORWARD, 3: FORWARD}
    found = regrets(better, AVERAGE)
    assert (found.to_average.mean, found.to_average.p) == (0, 1)
    assert found.to_best.mean == pytest.approx((0.4 + 0.6 + 0.4) / 3 - 0.5)
    assert found.to_oracle == pytest.approx(0.6 - 0.5)


def test_each_capability_has_its_choice_and_its_scores(results: Results) -> None:
    weak, middle, _ = results.capabilities[Measure.SUITE].values()
    assert weak.regrets.to_average.deviation == pytest.approx(0.1)
    assert middle.regrets.to_average.deviation == pytest.approx(0.07**0.5)
    assert weak.before == 0.25
    assert weak.after == {policy: pytest.approx(0.5) for policy in Policy}
    assert list(weak.differences) == [FORWARD, REVERSED]


def test_runs_of_a_capability_with_two_choices_are_refused() -> None:
    first, *others = grid(dict.fromkeys(Capability, TABLE))
    line = r"^regret: the rule chose average and reversed_ce for runs of one capability, weak: "
    with pytest.raises(UserError, match=line):
        analyse([replace(first, chosen=AVERAGE), *others], missing=[])


def test_the_other_measure_is_compared_by_itself(results: Results) -> None:
    weak = results.capabilities[Measure.TIERS][Capability.WEAK]
    assert weak.before == 0.125
    assert weak.regrets.to_average.deviation == pytest.approx(0.05)


def test_p_is_adjusted_over_capabilities_and_over_pairs() -> None:
    """Middle and strong differ by 0 throughout: p is 1, and three times the third is its own."""
    flat = {policy: {1: 0.5, 2: 0.5, 3: 0.5} for policy in Policy}
    gain = {1: 0.7, 2: 0.71, 3: 0.72}
    weak = {**flat, REVERSED: gain}
    results = analyse(
        grid({Capability.WEAK: weak, Capability.MIDDLE: flat, Capability.STRONG: flat}), missing=[]
    )
    found = results.capabilities[Measure.SUITE]
    regret = found[Capability.WEAK].regrets.to_average
    difference = found[Capability.WEAK].differences[REVERSED]
    assert regret.mean == pytest.approx(-0.21)
    assert difference.mean == pytest.approx(0.21)
    assert regret.adjusted == pytest.approx(3 * regret.p)
    assert difference.adjusted == pytest.approx(6 * difference.p)
    assert found[Capability.STRONG].regrets.to_average.adjusted == 1


def test_over_all_each_seed_is_the_mean_of_its_capabilities(results: Results) -> None:
    """Lost to average: weak .1 -.1 0, the others -.3 .1 .2 each; the means are -.5/3 .1/3 .4/3."""
    overall = results.overall[Measure.SUITE]
    assert overall.mean == pytest.approx(0, abs=1e-12)
    assert overall.deviation == pytest.approx((0.42 / 9 / 2) ** 0.5)
    assert overall.num_seeds == 3


def test_nothing_is_compared_while_a_run_is_missing() -> None:
    missing = Missing("weak-average-4", "not finished")
    results = analyse(grid(dict.fromkeys(Capability, TABLE)), [missing])
    assert (results.capabilities, results.overall) == ({}, {})
    assert results.missing == (missing,)
    assert len(results.runs) == 27
