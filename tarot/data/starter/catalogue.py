"""The families that there are: to train on and unseen, as whole programs and as functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tarot.data.source import Split
from tarot.data.starter import contest, integers, lists, pairs, text
from tarot.data.starter.call_family import CallFamily, can_be_called
from tarot.data.starter.family import Family
from tarot.data.starter.line_family import LineFamily
from tarot.types import TestKind, Tier, UserError

_SHORT: tuple[ModuleType, ...] = (integers, pairs, lists, text)
_MODULES = (*_SHORT, *contest.MODULES)

TRAINED: tuple[Family, ...] = tuple(one for module in _MODULES for one in module.TRAINED)
UNSEEN: tuple[Family, ...] = tuple(one for module in _MODULES for one in module.UNSEEN)


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A mistake that a family's suites tell from a right program, and the lowest tier that does."""

    family: str
    topic: str
    mistake: str
    caught_by: Tier


def catalogue_table() -> list[CatalogueRow]:
    """The mistakes of all families, those trained on first."""
    return [
        CatalogueRow(family.name, family.topic, mistake.what, mistake.caught_by)
        for family in (*TRAINED, *UNSEEN)
        for mistake in family.mistakes
    ]


def families_of(
    split: Split, form: TestKind, names: Sequence[str] | None = None
) -> tuple[Family, ...]:
    """The families of a split in a form, or those named; UserError for a name of no other."""
    families = _all(split, form)
    if names is None:
        return families
    key = "unseen_families" if split is Split.UNSEEN else "families"
    known = [family.name for family in families]
    strange = [repr(name) for name in names if name not in known]
    if strange or not names:
        raise UserError(
            f"data.{key}: {strange[0] if strange else 'an empty list'} is no family of split "
            f"{split} in form {form}; choose from {', '.join(known)}"
        )
    return tuple(family for family in families if family.name in names)


def files_of(families: Iterable[Family]) -> list[Path]:
    """The files that declare families."""
    names = {family.name for family in families}
    return [
        Path(str(module.__file__))
        for module in _MODULES
        if not names.isdisjoint(one.name for one in (*module.TRAINED, *module.UNSEEN))
    ]


def _all(split: Split, form: TestKind) -> tuple[Family, ...]:
    families = UNSEEN if split is Split.UNSEEN else TRAINED
    if form is TestKind.STDIN_STDOUT:
        return families
    short = (family for family in families if isinstance(family, LineFamily))
    return tuple(CallFamily(family) for family in short if can_be_called(family))
