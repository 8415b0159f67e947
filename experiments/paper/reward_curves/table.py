"""How a metric began and ended under each policy, as a document and as CSV."""

from collections.abc import Iterator, Sequence
from math import inf, isnan
from statistics import fmean

from experiments.paper.curves import Curve
from experiments.paper.document import CHECKPOINT_MARK, MISSING, Document, Section
from experiments.paper.fairness import unlike_entries
from experiments.paper.grid import Grid, Row
from experiments.paper.naming import UNTUNED
from experiments.paper.published import published_sections, read_published
from experiments.paper.reward_curves import SPEC
from tarot.metrics.estimates import student_interval
from tarot.runs import files

FIELDS = ("model", "policy", "seed", "run", "step", "value")
HEADINGS = ("model", "policy", "seeds", "steps", "beginning", "end", "change")
PREFACE = (
    "Means over the first and the last tenth of the steps. Of several seeds it is the mean over "
    "them, and the change has Student's 95% interval; of one it speaks of this run, not the "
    f"method: {CHECKPOINT_MARK}. A reward's ceiling can differ from policy to policy and from "
    "stage to stage (`reward.normalize=false`), so that a higher curve is no better model. All of "
    f"it is exploratory. {MISSING} is a run that is not there, or whose log lacks one of the two."
)


def build_document(grid: Grid, curves: Sequence[Curve], metric: str) -> Document:
    """A row a model and policy."""
    rows = [
        _row(row, [curve for curve in curves if curve.row == row and curve.has_ends])
        for row in grid.rows
        if row.policy != UNTUNED
    ]
    sections = [
        Section(f"`{metric}` over training", HEADINGS, rows, 2),
        *published_sections(read_published(SPEC.folder)),
    ]
    notes = [f"Not like for like: {one}" for one in unlike_entries(grid.entries, [], None)]
    if notes:
        sections.append(Section("Notes", (), (), 0, notes))
    return Document(SPEC.title, PREFACE, sections)


def to_csv(curves: Sequence[Curve]) -> str:
    """A line a run and step; the value is empty where the step has none."""
    return files.to_csv(FIELDS, (line for curve in curves for line in _lines(curve)))


def _lines(curve: Curve) -> Iterator[tuple[object, ...]]:
    run = (curve.row.model, curve.row.policy, curve.entry.seed, curve.entry.name)
    for step, value in zip(curve.steps, curve.values, strict=True):
        yield (*run, step, None if isnan(value) else value)


def _row(row: Row, curves: Sequence[Curve]) -> tuple[str, ...]:
    if not curves:
        return (row.model, row.policy, "0", *[MISSING] * 4)
    steps = [len(curve.steps) for curve in curves]
    return (
        *(row.model, row.policy, str(len(curves)), _range(steps)),
        f"{fmean(curve.beginning for curve in curves):.3f}",
        f"{fmean(curve.end for curve in curves):.3f}",
        _change([curve.end - curve.beginning for curve in curves]),
    )


def _range(counts: Sequence[int]) -> str:
    return " to ".join(map(str, dict.fromkeys((min(counts), max(counts)))))


def _change(changes: Sequence[float]) -> str:
    if len(changes) == 1:
        return f"{changes[0]:+.3f}{CHECKPOINT_MARK}"
    found = student_interval(changes, len(changes), (-inf, inf))
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
