"""The best policy of each model, beside a figure that the choice has not flattered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean

from experiments.paper.document import Section
from experiments.paper.grid import Grid
from experiments.paper.naming import PORTFOLIO
from experiments.paper.reading import Entry
from experiments.paper.spec import BENCHMARKS
from tarot.evaluation.scores import unlike_scores
from tarot.metrics import Estimate
from tarot.metrics.selection import Best, Solved, best_cross_fitted, best_elsewhere

TIERS = "tiers"

_HEADINGS = (
    *("model", "benchmark", "best", "as it stands", "chosen", "chosen on"),
    *("corrected", "optimism"),
)
_REMARKS = (
    "The best is the highest of the curricula "
    f"({', '.join(PORTFOLIO)}) on the benchmark itself, and so flattered by the choice.",
    "Corrected: chosen on `benchmark=tiers` where all of them have a score of it, else on one half "
    "of the problems for the other; `chosen` is what that choice took, the most frequent first.",
    "All seeds of a policy are pooled, problem by problem; the intervals speak of other problems.",
)


def best_section(grid: Grid) -> Section:
    """A row a model and benchmark that has two curricula or more with known problems."""
    rows = [
        _row(model, benchmark, runs)
        for model, policies in _policies(grid).items()
        for benchmark in BENCHMARKS
        if len(runs := _measured(policies, benchmark)) > 1
    ]
    title = "The best of the curricula, exploratory"
    return Section(title, _HEADINGS, rows, 3, (*_REMARKS, *([] if rows else ["No model has two."])))


def best_of(runs: Mapping[str, Sequence[Entry]], benchmark: str) -> Best:
    """The best of some policies on a benchmark that each of their runs has problems of."""
    solved = {policy: _pooled(found, benchmark) for policy, found in runs.items()}
    if not have_tiers(runs):
        return best_cross_fitted(solved)
    values = {
        policy: fmean(entry.scores[TIERS].value for entry in found)
        for policy, found in runs.items()
    }
    return best_elsewhere(solved, values)


def have_tiers(runs: Mapping[str, Sequence[Entry]]) -> bool:
    """Whether all runs were measured on the tiers, and in the same way."""
    entries = [entry for found in runs.values() for entry in found]
    if not all(TIERS in entry.scores for entry in entries):
        return False
    return all(_is_alike(entries[0], entry, TIERS) for entry in entries)


def _row(model: str, benchmark: str, runs: Mapping[str, Sequence[Entry]]) -> tuple[str, ...]:
    best = best_of(runs, benchmark)
    chosen = sorted(best.chosen, key=lambda name: -best.chosen[name])
    where = TIERS if have_tiers(runs) else "other half"
    return (
        *(model, BENCHMARKS[benchmark], best.name, _percent(best.as_chosen)),
        *(", ".join(chosen[:2]), where, _percent(best.corrected)),
        f"{100 * (best.as_chosen.mean - best.corrected.mean):+.1f}",
    )


def _policies(grid: Grid) -> dict[str, dict[str, list[Entry]]]:
    """The runs of the curricula by model and policy."""
    found: defaultdict[str, dict[str, list[Entry]]] = defaultdict(dict)
    for row, entries in grid.rows.items():
        if row.policy in PORTFOLIO and entries:
            found[row.model][row.policy] = list(entries.values())
    return found


def _measured(policies: Mapping[str, Sequence[Entry]], benchmark: str) -> dict[str, list[Entry]]:
    """The runs with known problems, of those measured as the first of them was."""
    known = {
        policy: [entry for entry in entries if _has_problems(entry, benchmark)]
        for policy, entries in policies.items()
    }
    first = next((entry for entries in known.values() for entry in entries), None)
    alike = {
        policy: [one for one in entries if first and _is_alike(first, one, benchmark)]
        for policy, entries in known.items()
    }
    return {policy: entries for policy, entries in alike.items() if entries}


def _is_alike(one: Entry, other: Entry, benchmark: str) -> bool:
    return not unlike_scores(one.scores[benchmark], other.scores[benchmark])


def _has_problems(entry: Entry, benchmark: str) -> bool:
    return benchmark in entry.scores and bool(entry.scores[benchmark].solved)


def _pooled(entries: Sequence[Entry], benchmark: str) -> Solved:
    """The samples of each problem from all runs of a policy."""
    pooled: defaultdict[str, list[float]] = defaultdict(list)
    for entry in entries:
        for problem, samples in (entry.scores[benchmark].solved or {}).items():
            pooled[problem].extend(samples)
    return pooled


def _percent(estimate: Estimate) -> str:
    return f"{100 * estimate.mean:.1f} [{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"
