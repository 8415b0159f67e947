"""A table of the paper as a document: the shares, the differences, and what to know of them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.paper.best import best_section
from experiments.paper.cells import Entries, aggregate_cell, cell, difference_cell
from experiments.paper.claims import claims_section
from experiments.paper.document import CHECKPOINT_MARK, MISSING, UNPAIRED_MARK, Document, Section
from experiments.paper.fairness import unlike_entries
from experiments.paper.family import read_family
from experiments.paper.grid import Grid, Row, arrange
from experiments.paper.naming import ADAPTIVE, MODELS, POLICIES, UNTUNED
from experiments.paper.published import published_sections, read_published
from experiments.paper.reading import Entry
from experiments.paper.settings import PUBLISHED, Setting
from experiments.paper.spec import BENCHMARKS, Spec

PREFACE = (
    "Share of problems solved, in percent, with its 95% interval. Of one run it is the interval "
    "over problems (Wilson's for one sample of each, clustered by problem for several; where the "
    "harness keeps no list of problems, Wilson's over their number, which is then too wide), and "
    f"speaks of this checkpoint, not the method: {CHECKPOINT_MARK}. Of several seeds it is the "
    "mean with Student's interval over seeds. The mean of one run's benchmarks stands without an "
    f"interval. {MISSING} is a cell without a run or a score. "
)
EXPLORATORY = "All of it is exploratory."
CONFIRMATORY = "Only the confirmatory comparisons were fixed beforehand; the rest is exploratory."


@dataclass(frozen=True, slots=True)
class Table:
    """A document with the grid that it shows."""

    grid: Grid
    document: Document


def build_table(entries: Sequence[Entry], spec: Spec, base: Setting = PUBLISHED) -> Table:
    """The table of a spec from what was read, of runs with the setting `base` but for the axis.

    UserError where two entries can't stand in one row, or none is left for the table.
    """
    grid = arrange(entries, spec, base)
    sections = [_shares(grid, spec), *_differences(grid, spec, base)]
    if spec.has_family:
        sections += [claims_section(grid), best_section(grid)]
    sections += published_sections(read_published(spec.folder))
    sections.append(Section("Notes", (), (), 0, _notes(grid, spec, base)))
    preface = PREFACE + (CONFIRMATORY if spec.has_family else EXPLORATORY)
    return Table(grid, Document(spec.title, preface, sections))


def _shares(grid: Grid, spec: Spec) -> Section:
    family = read_family()
    headings = [*_names(spec), "seeds", *BENCHMARKS.values(), "mean"]
    rows = [
        [
            *(*_labels(row, spec), _seeds(row, found)),
            *(cell(row, found, name) for name in BENCHMARKS),
            aggregate_cell(row, found, family),
        ]
        for row, found in grid.rows.items()
    ]
    return Section("Share of problems solved, %", headings, rows, len(_names(spec)))


def _differences(grid: Grid, spec: Spec, base: Setting) -> list[Section]:
    """Each row less the one that its table compares with, for models that have it."""
    rows = []
    for row, found in grid.rows.items():
        reference = grid.rows.get(_reference(row, spec, base))
        if found and reference and row != _reference(row, spec, base):
            pairs = (difference_cell(reference, found, name, spec.axis) for name in BENCHMARKS)
            rows.append([*_labels(row, spec), *pairs])
    if not rows:
        return []
    headings = [*_names(spec), *BENCHMARKS.values()]
    what = spec.reference if spec.axis is None else f"{spec.axis} {getattr(base, spec.axis):g}"
    title = f"Less {what}, in percentage points, exploratory"
    remarks = [
        f"95% intervals: problem by problem for single checkpoints ({CHECKPOINT_MARK}), Student's "
        f"over paired seeds for two seeds or more. Of two checkpoints whose problems are not known "
        f"one by one ({UNPAIRED_MARK}) it is as if they were not the same, and so too wide."
    ]
    return [Section(title, headings, rows, len(_names(spec)), remarks)]


def _reference(row: Row, spec: Spec, base: Setting) -> Row:
    if spec.axis is None:
        return Row(row.model, spec.reference)
    return Row(row.model, row.policy, getattr(base, spec.axis))


def _names(spec: Spec) -> list[str]:
    return ["model", "policy", *([spec.axis] if spec.axis else [])]


def _labels(row: Row, spec: Spec) -> list[str]:
    value = [] if spec.axis is None else ["" if row.value is None else f"{row.value:g}"]
    return [row.model, row.policy, *value]


def _seeds(row: Row, found: Entries) -> str:
    return "" if row.policy == UNTUNED else str(len(found))


def _notes(grid: Grid, spec: Spec, base: Setting) -> list[str]:
    """What a reader has to know of the runs, and what the paper has beyond them."""
    entries = grid.entries
    held = " ".join(f"{name}={value:g}" for name, value in base.but(spec.axis).items())
    return [
        f"Runs with {held} alone; {len(entries)} folders are in the table.",
        *_left_out(grid),
        *_choices(grid),
        *(f"{entry.name}: not finished." for entry in entries if not entry.is_finished),
        *(note for entry in entries for note in entry.notes),
        *(f"Not like for like: {one}" for one in unlike_entries(entries, [*BENCHMARKS], spec.axis)),
        *_absent(grid, spec),
    ]


def _left_out(grid: Grid) -> list[str]:
    kinds = Counter(
        f"{entry.policy} with {entry.setting}" if entry.setting else entry.policy
        for entry in grid.left_out
    )
    return [f"Left out: {count} of {kind}." for kind, count in sorted(kinds.items())]


def _choices(grid: Grid) -> list[str]:
    """What the rule took for each model, with the seeds of the runs."""
    seeds: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in grid.entries:
        if entry.chosen is not None:
            seeds[entry.model, entry.chosen].append(str(entry.seed))
    return [
        f"{model}: {ADAPTIVE} took {chosen} (seed {', '.join(of)})."
        for (model, chosen), of in seeds.items()
    ]


def _absent(grid: Grid, spec: Spec) -> list[str]:
    """Which of the paper's models and policies have no row at all."""
    lines = []
    models = [name for name in MODELS if name not in {row.model for row in grid.rows}]
    if models:
        lines.append(f"No run of {', '.join(models)}.")
    policies = [name for name in POLICIES if name not in {row.policy for row in grid.rows}]
    if policies and spec.policies is None and spec.axis is None:
        lines.append(f"No run under {', '.join(policies)}.")
    return lines
