"""The study's table as markdown.

python -m experiments.policies.table          writes table.md anew from results.json
python -m experiments.policies.table out=DIR  the same in another folder
"""

import sys
from collections.abc import Iterable, Sequence
from statistics import fmean

from experiments.command import out_folder, run_command
from experiments.demo.study import SEEDS
from experiments.markdown import interval, points, table
from experiments.policies import HERE
from experiments.policies.results import RULE, Policy, Results
from experiments.results import write_table
from tarot.capability import SUITE
from tarot.data import Split
from tarot.metrics import Change
from tarot.metrics.seeds import BySeed, paired

TITLES = {
    Split.TEST: "New problems of the trained families",
    Split.UNSEEN: "Families never seen",
}
NOTE = """\
Share of completions that pass all four tiers after GRPO, by seed and in the mean. Differences are
in percentage points, paired by seed, with Student's 95% interval over seeds: three seeds resolve
large differences alone, so this is an illustration and no test."""


def main(arguments: Sequence[str]) -> int:
    """Write the table of the results that are there."""
    folder = out_folder(arguments, HERE)
    write_table(render(Results.read(folder)), folder)
    return 0


def render(results: Results) -> str:
    """A table a split, a row a policy, the rule's first."""
    seeds = [f"seed {seed}" for seed in SEEDS]
    figures = ("before", *seeds, "mean", "less the rule's", "95% interval")
    blocks = [NOTE]
    for split, title in TITLES.items():
        rows = table(("policy", *figures), _rows(results, split), figures)
        blocks += [f"**{title}**", rows]
    return "\n\n".join(blocks) + "\n"


def _rows(results: Results, split: Split) -> Iterable[Sequence[str]]:
    rule = _after(results, RULE, split)
    yield (f"`{RULE}`", *_shares(results, RULE, split), "", "")
    for policy in Policy:
        difference = paired(_after(results, policy, split), rule)
        ends = interval(difference.low, difference.high)
        yield (f"`{policy}`", *_shares(results, policy, split), points(difference.mean), ends)


def _shares(results: Results, policy: str, split: Split) -> list[str]:
    changes = _suites(results, policy, split)
    after = [changes[seed].after.mean for seed in SEEDS]
    before = fmean(change.before.mean for change in changes.values())
    return [f"{share:.1%}" for share in (before, *after, fmean(after))]


def _after(results: Results, policy: str, split: Split) -> BySeed:
    return {seed: suite.after.mean for seed, suite in _suites(results, policy, split).items()}


def _suites(results: Results, policy: str, split: Split) -> dict[int, Change]:
    return {run.seed: run.changes[split][SUITE] for run in results.runs if run.policy == policy}


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
