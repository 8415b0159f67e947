"""Runs by the rows of a table, the holes included."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from experiments.paper.naming import MODELS, POLICIES, UNTUNED, in_order
from experiments.paper.reading import Entry
from experiments.paper.settings import Setting
from experiments.paper.spec import Spec
from tarot.runs import differing_keys
from tarot.runs.identity import SEED_KEYS
from tarot.types import UserError


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is of; `value` is the axis's, None in a table without and for untuned models."""

    model: str
    policy: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows in order with their entries by seed, none for a hole, and the entries left out.

    An untuned model has its one entry under None.
    """

    rows: Mapping[Row, Mapping[int | None, Entry]]
    left_out: tuple[Entry, ...]

    @property
    def entries(self) -> list[Entry]:
        """All entries that have a row, row by row."""
        return [entry for found in self.rows.values() for entry in found.values()]


def arrange(entries: Sequence[Entry], spec: Spec, base: Setting) -> Grid:
    """The grid of a table.

    UserError that names two entries between which nothing decides, or where no entry is left.
    """
    kept = _kept(entries, spec, base)
    if not kept:
        raise UserError(_nothing_left(entries, spec, base))
    filled: defaultdict[Row, list[Entry]] = defaultdict(list)
    for entry in kept:
        filled[_row(entry, spec)].append(entry)
    models = in_order({entry.model for entry in kept}, MODELS)
    rows = [row for model in models for row in _rows(model, filled.keys(), spec)]
    left_out = tuple(entry for entry in entries if entry not in kept)
    return Grid({row: _by_seed(filled.get(row, [])) for row in rows}, left_out)


def _kept(entries: Sequence[Entry], spec: Spec, base: Setting) -> list[Entry]:
    runs = [entry for entry in entries if entry.setting and _belongs(entry, spec, base)]
    if spec.axis is not None:
        pairs = {(run.model, run.policy) for run in runs if _value(run, spec) != _base(spec, base)}
        runs = [run for run in runs if (run.model, run.policy) in pairs]
    models = {run.model for run in runs}
    untuned = [
        entry
        for entry in entries
        if entry.policy == UNTUNED and (entry.model in models or spec.policies is None)
    ]
    shows_all = spec.axis is None
    return [*(untuned if shows_all or runs else []), *runs]


def _belongs(entry: Entry, spec: Spec, base: Setting) -> bool:
    assert entry.setting is not None
    is_policy = spec.policies is None or entry.policy in spec.policies
    return is_policy and entry.setting.but(spec.axis) == base.but(spec.axis)


def _rows(model: str, filled: Iterable[Row], spec: Spec) -> list[Row]:
    """The rows of a model: an untuned one where any model has one, then its policies."""
    filled = list(filled)
    policies = {row.policy for row in filled if spec.axis is None or row.model == model}
    if spec.axis is None:
        listed = in_order(policies, POLICIES) if spec.policies is None else spec.policies
        return [Row(model, policy) for policy in listed]
    untuned = [Row(model, UNTUNED)] if UNTUNED in {row.policy for row in filled} else []
    values = sorted({*spec.values, *(row.value for row in filled if row.value is not None)})
    tuned = in_order(policies - {UNTUNED}, POLICIES)
    return [*untuned, *(Row(model, policy, value) for policy in tuned for value in values)]


def _row(entry: Entry, spec: Spec) -> Row:
    return Row(entry.model, entry.policy, _value(entry, spec))


def _value(entry: Entry, spec: Spec) -> float | None:
    if spec.axis is None or entry.setting is None:
        return None
    value: float = getattr(entry.setting, spec.axis)
    return value


def _base(spec: Spec, base: Setting) -> float:
    value: float = getattr(base, str(spec.axis))
    return value


def _by_seed(entries: Sequence[Entry]) -> dict[int | None, Entry]:
    """UserError unless they are one method's runs under different seeds."""
    found: dict[int | None, Entry] = {}
    for entry in sorted(entries, key=lambda one: (one.seed or 0, str(one.path))):
        for other in found.values():
            _check_alike(other, entry)
        found[entry.seed] = entry
    return found


def _check_alike(one: Entry, other: Entry) -> None:
    keys = [key for key in _differing(one, other) if key not in SEED_KEYS]
    both = f"{one.path} and {other.path}: both are {one.model} under {one.policy}"
    if one.seed == other.seed:
        what = f"differ in {', '.join(keys)}" if keys else "are the same run twice"
        raise UserError(f"{both}, seed {one.seed}, and {what}; give one of them")
    if keys:
        raise UserError(f"{both} and differ in {', '.join(keys)}; give one kind of them")


def _differing(one: Entry, other: Entry) -> list[str]:
    return differing_keys(one.identity or {}, other.identity or {})


def _nothing_left(entries: Sequence[Entry], spec: Spec, base: Setting) -> str:
    runs = [entry for entry in entries if entry.setting is not None]
    wanted = " ".join(f"{name}={value:g}" for name, value in base.but(spec.axis).items())
    found = sorted({str(entry.setting) for entry in runs})
    policies = "" if spec.policies is None else f", under {', '.join(spec.policies)}"
    there = f"there are runs with {'; '.join(found)}" if found else "there are no runs"
    return (
        f"nothing for this table among {len(entries)} folders: it takes runs with {wanted}"
        f"{policies}; {there}. Give the setting of those that are meant, as beta=0"
    )
