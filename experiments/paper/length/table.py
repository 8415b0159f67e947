"""Lengths and scores of each policy, as a document and as CSV."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from experiments.paper.cells import aggregate_cell
from experiments.paper.curves import Curve, read_curves
from experiments.paper.document import CHECKPOINT_MARK, MISSING, Document, Section
from experiments.paper.fairness import unlike_entries
from experiments.paper.family import read_family
from experiments.paper.grid import Grid, Row
from experiments.paper.length import SPEC
from experiments.paper.length.bins import Binned
from experiments.paper.naming import UNTUNED
from experiments.paper.published import published_sections, read_published
from tarot.runs import files

LENGTH, TRUNCATED = "completion/length", "completion/truncated"
FIELDS = (
    *("model", "policy", "seed", "run", "tokens_low", "tokens_high", "tokens_mean"),
    *("passed", "low", "high", "num_problems", "num_completions"),
)
PREFACE = (
    "Mean length of the completions in tokens over the first and the last tenth of the steps, the "
    "share of them that was cut off at the end, and the mean of the seven benchmarks after "
    "training, in percent; of one run that is of this checkpoint, not the method: "
    f"{CHECKPOINT_MARK}. The figure shows, for the completions of the last tenth of the steps, the "
    "share of their tests that those of a length pass, with 95% intervals clustered by problem. "
    "Hard problems have long answers and fail more often, so that no curve says what a longer "
    f"answer would do. All of it is exploratory. {MISSING} is what no run tells."
)


def build_document(grid: Grid, binned: Sequence[Binned]) -> Document:
    """A row a model and policy."""
    lengths, truncated = (read_curves(grid, metric) for metric in (LENGTH, TRUNCATED))
    family = read_family()
    rows = [
        [*_row(row, lengths, truncated), aggregate_cell(row, found, family)]
        for row, found in grid.rows.items()
        if row.policy != UNTUNED
    ]
    headings = ("model", "policy", "seeds", "beginning", "end", "cut off", "mean of the seven")
    notes = [
        *(f"Not like for like: {one}" for one in unlike_entries(grid.entries, [], None)),
        f"{len(binned)} runs have completions with their lengths and are in the figure.",
    ]
    sections = [
        Section("Length and score", headings, rows, 2),
        *published_sections(read_published(SPEC.folder)),
        Section("Notes", (), (), 0, notes),
    ]
    return Document(SPEC.title, PREFACE, sections)


def to_csv(binned: Sequence[Binned]) -> str:
    """A line a run and bin of lengths."""
    return files.to_csv(FIELDS, (line for one in binned for line in _lines(one)))


def _lines(one: Binned) -> Iterator[tuple[object, ...]]:
    for found in one.bins:
        passed = found.passed
        yield (
            *(one.row.model, one.row.policy, one.entry.seed, one.entry.name),
            *(found.low, found.high, found.mean),
            *(passed.mean, passed.low, passed.high, passed.num_clusters, passed.num_samples),
        )


def _row(row: Row, lengths: Sequence[Curve], truncated: Sequence[Curve]) -> list[str]:
    own = [curve for curve in lengths if curve.row == row and curve.has_ends]
    cut = [curve for curve in truncated if curve.row == row and curve.has_ends]
    if not own:
        return [row.model, row.policy, "0", MISSING, MISSING, MISSING]
    return [
        *(row.model, row.policy, str(len(own))),
        f"{fmean(curve.beginning for curve in own):.0f}",
        f"{fmean(curve.end for curve in own):.0f}",
        f"{fmean(curve.end for curve in cut):.1%}" if cut else MISSING,
    ]
