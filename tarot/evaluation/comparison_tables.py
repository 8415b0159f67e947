"""A comparison for people, as rows of texts, and as plain data for JSON and CSV."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tarot.evaluation.claims import Basis
from tarot.evaluation.comparison import Comparison, Figure
from tarot.evaluation.sides import Side
from tarot.metrics import Estimate
from tarot.runs.settings import setting_rows

HEADINGS = (
    *("measured", "figure", "a", "b", "b less a", "95% interval", "pairs", "detectable"),
    *("p", "Holm"),
)
FIELDS = (
    *("measured", "figure", "a", "a_low", "a_high", "b", "b_low", "b_high"),
    *("difference", "low", "high", "num_clusters", "detectable", "p", "holm", "basis"),
)
DETECTABLE = (
    "Detectable: the true difference that a paired t-test over as many pairs, which scatter as "
    "these do, finds four times in five, at a level of 5%."
)
NO_WIDTH = "No width: all pairs differ alike, which can be chance where they are few."
_NONE = "-"
_OF_PROBLEMS = (Basis.CHECKPOINTS_PAIRED, Basis.CHECKPOINTS_UNPAIRED)
_UNPAIRED = (Basis.CHECKPOINTS_UNPAIRED, Basis.METHODS_UNPAIRED)


def figure_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    """A row a figure: shares in percent, differences in percentage points."""
    for figure in comparison.figures:
        claim = figure.difference
        estimate = claim.estimate
        yield (
            *(figure.measured, figure.name, f"{figure.a.mean:.1%}", f"{figure.b.mean:.1%}"),
            _points(estimate.mean),
            f"[{_points(estimate.low)}, {_points(estimate.high)}]",
            _pairs(figure),
            _detectable(claim.detectable),
            *(_NONE if p is None else f"{p:.3f}" for p in (claim.p, figure.adjusted)),
        )


def setting_differences(comparison: Comparison) -> list[tuple[str, ...]]:
    """Each key in which the sides' first runs differ, seeds apart, and what each has there."""
    a, b = comparison.a.first, comparison.b.first
    keys = a.differing(b)
    return [row for row in setting_rows([a.settings, b.settings]) if row[0] in keys]


def remarks(comparison: Comparison) -> Iterator[str]:
    """What the intervals speak of, how many were looked at, and what else a reader has to know."""
    yield from (f"Speaks of {basis}." for basis in _bases(comparison))
    number = len(comparison.figures)
    if any(figure.adjusted is not None for figure in comparison.figures):
        yield f"Holm: p-values that hold for all {number} figures together."
    else:
        yield f"{number} intervals of 95% each; nothing is adjusted for their number."
    if any(figure.difference.detectable is not None for figure in comparison.figures):
        yield DETECTABLE
    estimates = [figure.difference.estimate for figure in comparison.figures]
    if any(estimate.low == estimate.high for estimate in estimates):
        yield NO_WIDTH
    for side in (comparison.a, comparison.b):
        if side.differing:
            yield f"{side.name}: its runs differ among themselves in {', '.join(side.differing)}."
    yield from comparison.notes


def to_plain(comparison: Comparison) -> dict[str, Any]:
    """All of it as plain data for JSON."""
    differences = setting_differences(comparison)
    return {
        "a": _side(comparison.a),
        "b": _side(comparison.b),
        "settings": {key: {"a": a, "b": b} for key, a, b in differences},
        "figures": [asdict(figure) for figure in comparison.figures],
        "remarks": list(remarks(comparison)),
    }


def to_records(comparison: Comparison) -> Iterator[tuple[object, ...]]:
    """The figures under the names of FIELDS, shares and differences as shares."""
    for figure in comparison.figures:
        claim = figure.difference
        yield (
            *(figure.measured, figure.name, *_ends(figure.a), *_ends(figure.b)),
            *(*_ends(claim.estimate), claim.estimate.num_clusters, claim.detectable, claim.p),
            *(figure.adjusted, claim.basis.value),
        )


def side_line(side: Side) -> str:
    """The runs of a side, with how many seeds these are."""
    seeds = ", ".join(map(str, side.runs))
    runs = ", ".join(str(run.path) for run in side.runs.values())
    return f"{side.name}: {len(side.runs)} seed{'s'[: len(side.runs) > 1]} ({seeds}): {runs}"


def _bases(comparison: Comparison) -> list[Basis]:
    return list(dict.fromkeys(figure.difference.basis for figure in comparison.figures))


def _pairs(figure: Figure) -> str:
    """How many there are of what is paired; of unpaired sides, on the smaller of them."""
    claim = figure.difference
    unit = "problems" if claim.basis in _OF_PROBLEMS else "seeds"
    unpaired = ", unpaired" if claim.basis in _UNPAIRED else ""
    return f"{claim.estimate.num_clusters} {unit}{unpaired}"


def _detectable(difference: float | None) -> str:
    """In percentage points, of which there are no more than a hundred."""
    if difference is None:
        return _NONE
    return f"{100 * difference:.1f}" if difference <= 1 else ">100"


def _side(side: Side) -> dict[str, Any]:
    return {
        "runs": [str(run.path) for run in side.runs.values()],
        "seeds": list(side.runs),
        "differing": side.differing,
    }


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.mean, estimate.low, estimate.high


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"
