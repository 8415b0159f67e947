"""The confirmatory comparisons, on the scores of a grid."""

from collections import defaultdict
from collections.abc import Mapping

from experiments.markdown import interval, points
from experiments.paper.cells import values_of
from experiments.paper.document import MISSING, Section
from experiments.paper.fairness import unlike_entries
from experiments.paper.family import Family, ModelScores, Tested, apply_family, read_family
from experiments.paper.grid import Grid
from experiments.paper.naming import UNTUNED
from tarot.metrics.seeds import BySeed

_HEADINGS = (
    *("model", "comparison", "seeds", "difference", "95% interval", "p", "Holm", "differs"),
)


def claims_of(grid: Grid) -> tuple[Tested, ...]:
    """What the runs of a grid say of the family."""
    family = read_family()
    return apply_family(family, _scores(grid, family))


def claims_section(grid: Grid) -> Section:
    """The family as a table, those that can't be tested yet with the reason below."""
    family = read_family()
    found = claims_of(grid)
    rows = [_row(test) for test in found if test.result is not None]
    remarks = [
        f"Fixed beforehand (`family.yaml`): on the {family.aggregate.name}, over "
        f"{family.min_seeds} paired seeds or more, two-sided, with Holm's adjustment over all "
        f"{len(found)} comparisons, of which those without runs count with p = 1; they differ "
        f"where Holm's p is at most {family.alpha:g}.",
        "Runs that are not like for like (see the notes) are left out.",
        *_missing(found),
    ]
    return Section("Confirmatory comparisons", _HEADINGS, rows, 2, remarks)


def _row(test: Tested) -> tuple[str, ...]:
    result = test.result
    assert result is not None
    adjusted = MISSING if result.adjusted is None else f"{result.adjusted:.3f}"
    return (
        *(test.model, _name(test), str(result.num_seeds), points(result.mean)),
        *(interval(result.low, result.high), f"{result.p:.3f}", adjusted),
        "yes" if test.differs else "no",
    )


def _name(test: Tested) -> str:
    return f"{test.comparison.policy} less {test.comparison.against}"


def _missing(found: tuple[Tested, ...]) -> list[str]:
    """A line a comparison: the models for which it can't be tested, by reason."""
    models: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for test in found:
        if test.result is None:
            models[_name(test), test.missing].append(test.model)
    return [
        f"Missing: {name}, of {', '.join(of)}: {reason}." for (name, reason), of in models.items()
    ]


def _scores(grid: Grid, family: Family) -> Mapping[str, ModelScores]:
    """By model, policy and benchmark the values of each seed, of runs that compare."""
    benchmarks = family.aggregate.benchmarks
    unlike = [one.entry for one in unlike_entries(grid.entries, benchmarks, None)]
    found: defaultdict[str, dict[str, Mapping[str, BySeed]]] = defaultdict(dict)
    for row, entries in grid.rows.items():
        alike = {seed: entry for seed, entry in entries.items() if entry not in unlike}
        if row.policy != UNTUNED:
            found[row.model][row.policy] = {name: values_of(alike, name) for name in benchmarks}
    return found
