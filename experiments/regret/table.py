"""The study's tables as markdown.

python -m experiments.regret.table          writes table.md anew from results.json
python -m experiments.regret.table out=DIR  the same in another folder
"""

import sys
from collections.abc import Iterable, Sequence
from statistics import fmean

from experiments.command import out_folder, run_command
from experiments.markdown import interval, points, table
from experiments.regret import HERE
from experiments.regret.grid import EPOCHS, SEEDS, Capability, Policy
from experiments.regret.pilot import Pilot, read_pilot
from experiments.regret.results import (
    CapabilityResult,
    Measure,
    Results,
    RunResult,
    choice_of,
)
from experiments.results import write_table
from tarot.metrics.seeds import Paired
from tarot.types import Tier

TITLES = {
    Measure.SUITE: "Share of completions that pass all four tiers (primary)",
    Measure.TIERS: "Share of tiers passed, mean over the four",
}
NOTE = """\
The model after GRPO on held-out problems, in percent; differences in percentage points. The unit is
the seed: intervals are Student's over paired seeds, 95%, and speak of other seeds of the same three
models, not of other models or problems. Regret is the score without the rule minus the score with
it, so that above 0 the rule lost. p is two-sided; `Holm` is p adjusted over the rows of its
table (for the rule, over the three capabilities)."""
BEST = """\
The best policy for a seed is picked on the other seeds; the oracle picks on the same seeds and so
overstates the regret."""
FIGURES = (
    *("epochs", *Tier, "all four", "before", *Policy, "regret", "difference"),
    *("95% interval", "p", "Holm", "to the best", "to the oracle"),
)
OVERALL = "mean of the three"


def main(arguments: Sequence[str]) -> int:
    """Write the tables of the results that are there."""
    folder = out_folder(arguments, HERE)
    write_table(render(Results.read(folder), read_pilot()), folder)
    return 0


def render(results: Results, pilot: Pilot | None) -> str:
    """The capabilities, then three tables a measure; with a run missing, only which ones are."""
    if results.missing:
        return "".join(f"- missing: {run.name}: {run.reason}\n" for run in results.missing)
    blocks = [NOTE, "**The three capabilities before GRPO**", _capabilities(results.runs)]
    for measure in Measure:
        blocks += [f"**{TITLES[measure]}**", _stated_beforehand(measure, pilot)]
        blocks += ["The rule against `average`:", _primary(results, measure)]
        blocks += [f"The rule against the best policy. {BEST}", _exploratory(results, measure)]
        blocks += ["Each policy against `average`:", _policies(results, measure)]
    return "\n\n".join(blocks) + "\n"


def _stated_beforehand(measure: Measure, pilot: Pilot | None) -> str:
    if pilot is None:
        return "No pilot was run, so no detectable difference was stated beforehand."
    return (
        f"Stated beforehand: with {len(SEEDS)} seeds and the pilot's deviation of paired "
        f"differences ({100 * pilot.deviations[measure]:.1f} points over {len(pilot.seeds)} other "
        f"seeds), a true difference of {100 * pilot.detectable(measure):.1f} points is found with "
        "a power of 80%."
    )


def _capabilities(runs: Sequence[RunResult]) -> str:
    headings = ("capability", "epochs", *Tier, "all four", "the rule chooses")
    return table(headings, (_capability_row(name, runs) for name in Capability), FIGURES)


def _capability_row(name: Capability, runs: Sequence[RunResult]) -> tuple[str, ...]:
    """Each seed's model before GRPO counts once, whatever policy it was trained with then."""
    own = [run for run in runs if run.capability is name]
    starts = [run for run in own if run.policy is Policy.AVERAGE]
    rates = [fmean([run.before.rates[key] for run in starts]) for key in (*Tier, Measure.SUITE)]
    return (name, str(EPOCHS[name]), *map(_percent, rates), _choice(own))


def _choice(runs: Sequence[RunResult]) -> str:
    choice = choice_of(runs)
    return f"`{choice.policy}`, starved" if choice.starved else f"`{choice.policy}`"


def _primary(results: Results, measure: Measure) -> str:
    headings = ("capability", "regret", "95% interval", "p", "Holm", "verdict")
    rows = [
        (name, *_paired(found.regrets.to_average), _verdict(found.regrets.to_average))
        for name, found in _in_order(results, measure)
    ]
    overall = results.overall[measure]
    return table(headings, [*rows, (OVERALL, *_paired(overall), _verdict(overall))], FIGURES)


def _exploratory(results: Results, measure: Measure) -> str:
    headings = ("capability", "to the best", "95% interval", "to the oracle")
    rows = []
    for name, found in _in_order(results, measure):
        best = found.regrets.to_best
        ends = interval(best.low, best.high)
        rows.append((name, points(best.mean), ends, points(found.regrets.to_oracle)))
    return table(headings, rows, FIGURES)


def _policies(results: Results, measure: Measure) -> str:
    headings = ("capability", "policy", "before", "after", *FIGURES_OF_DIFFERENCE)
    return table(headings, _policy_rows(results, measure), (*FIGURES, "after"))


FIGURES_OF_DIFFERENCE = ("difference", "95% interval", "p", "Holm")


def _policy_rows(results: Results, measure: Measure) -> Iterable[tuple[str, ...]]:
    for name, found in _in_order(results, measure):
        for policy in Policy:
            after, difference = found.after[policy], found.differences.get(policy)
            figures = _paired(difference) if difference else ("",) * len(FIGURES_OF_DIFFERENCE)
            yield (name, f"`{policy}`", _percent(found.before), _percent(after), *figures)


def _in_order(results: Results, measure: Measure) -> list[tuple[Capability, CapabilityResult]]:
    """From weak to strong; a file of results has its keys sorted."""
    return [(name, results.capabilities[measure][name]) for name in Capability]


def _paired(found: Paired) -> tuple[str, ...]:
    adjusted = "" if found.adjusted is None else f"{found.adjusted:.3f}"
    return points(found.mean), interval(found.low, found.high), f"{found.p:.3f}", adjusted


def _verdict(found: Paired) -> str:
    p = found.p if found.adjusted is None else found.adjusted
    if p > 0.05:
        return "not resolved"
    return "the rule lost" if found.mean > 0 else "the rule gained"


def _percent(share: float) -> str:
    return f"{share:.1%}"


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
