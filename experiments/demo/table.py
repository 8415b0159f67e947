"""The study's tables as markdown.

python -m experiments.demo.table          writes table.md anew from results.json
python -m experiments.demo.table out=DIR  the same in another folder
"""

import sys
from collections.abc import Iterable, Mapping, Sequence

from experiments.command import out_folder, run_command
from experiments.demo import HERE
from experiments.demo.results import Arm, Changes, Results
from experiments.markdown import interval, points, table
from experiments.results import write_table
from tarot.capability import SUITE
from tarot.data import Split
from tarot.metrics import Change
from tarot.types import Tier

TITLES = {
    Split.TEST: "New problems of the trained families",
    Split.DEV: "Problems to tune on, of the trained families",
    Split.UNSEEN: "Families never seen",
}
LABELS = {Arm.TIERED: "tiered", Arm.SHUFFLED: "permuted (control)"}
FIGURES = ("problems", "before", "after", "difference", "95% interval")
NOTE = """\
Share of completions that pass all four tiers, before and after GRPO. Differences are in percentage
points, paired by problem. The pooled rows count distinct problems: one that several seeds drew is
one, with all their samples. The intervals speak of other problems, not of other seeds or models.
The control permutes the rewards inside each group."""


def main(arguments: Sequence[str]) -> int:
    """Write the table of the results that are there."""
    folder = out_folder(arguments, HERE)
    write_table(render(Results.read(folder)), folder)
    return 0


def render(results: Results) -> str:
    """Two tables a split, of the suite and of its tiers; a missing run is named above them."""
    splits = [split for split in Split if any(split in run.changes for run in results.runs)]
    blocks = [NOTE, *_missing(results)]
    for split in splits:
        suites = table(("rewards", "seed", *FIGURES), _suite_rows(results, split), FIGURES)
        blocks += [f"**{TITLES[split]}**", suites, *_against_control(results, split)]
        if results.pooled:
            tiers = table(("rewards", "tier", *FIGURES), _tier_rows(results.pooled, split), FIGURES)
            blocks += ["Each tier, pooled:", tiers]
    return "\n\n".join(blocks) + "\n"


def _missing(results: Results) -> list[str]:
    lines = [
        f"- missing: {LABELS[run.arm]}, seed {run.seed}: {run.reason}" for run in results.missing
    ]
    return ["\n".join(lines)] if lines else []


def _suite_rows(results: Results, split: Split) -> Iterable[Sequence[str]]:
    for arm in Arm:
        for run in results.runs:
            if run.arm is arm:
                yield (LABELS[arm], str(run.seed), *_figures(run.changes[split][SUITE]))
        if arm in results.pooled:
            figures = _figures(results.pooled[arm][split][SUITE])
            yield tuple(f"**{cell}**" for cell in (LABELS[arm], "pooled", *figures))


def _against_control(results: Results, split: Split) -> list[str]:
    if results.against_control is None:
        return []
    difference = results.against_control[split][SUITE].difference
    return [
        f"After GRPO, tiered minus permuted, pooled: {points(difference.mean)} points, "
        f"95% interval {interval(difference.low, difference.high)}."
    ]


def _tier_rows(pooled: Mapping[Arm, Changes], split: Split) -> Iterable[Sequence[str]]:
    for arm in Arm:
        changes = pooled[arm][split] if arm in pooled else {}
        for tier in Tier:
            if tier in changes:
                yield (LABELS[arm], tier, *_figures(changes[tier]))


def _figures(change: Change) -> tuple[str, ...]:
    difference = change.difference
    return (
        str(difference.num_clusters),
        f"{change.before.mean:.1%}",
        f"{change.after.mean:.1%}",
        points(difference.mean),
        interval(difference.low, difference.high),
    )


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
