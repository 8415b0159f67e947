"""The 84 published recipes as overrides of `train.py`, from what `recipes.yaml` says of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from pydantic import Field

from experiments.paper.recipes import HERE
from experiments.stated import read_stated
from tarot.config.strict import Strict
from tarot.types import UserError

Settings = dict[str, str | int | float]

PUBLISHED, CORRECTED = "+experiment=paper/published", "+experiment=paper/main"


class ModelEntry(Strict):
    """What every recipe of a model has; `everywhere` is not the published recipe's alone."""

    checkpoint: str
    settings: Settings = Field(default_factory=dict)
    everywhere: Settings = Field(default_factory=dict)


class RecipeEntry(Strict):
    """What the name of a recipe says, and in which folders it is."""

    checkpoint: str
    settings: Settings
    folders: str = "*"


class ExceptionEntry(Strict):
    """What recipes have other than their names say, and why that matters, unless it does not."""

    recipes: list[str]
    model: str | None = None
    settings: Settings = Field(default_factory=dict)
    why: str | None = None


class RecipeTable(Strict):
    """`recipes.yaml`."""

    models: dict[str, ModelEntry]
    folders: dict[str, str]
    recipes: dict[str, RecipeEntry]
    exceptions: list[ExceptionEntry]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A published recipe, and what of it is other than its names say."""

    folder: str
    name: str
    published: tuple[str, ...]
    corrected: tuple[str, ...]
    exceptions: tuple[ExceptionEntry, ...]

    @property
    def path(self) -> str:
        """Its place in the published repository, without the suffix."""
        return f"{self.folder}/{self.name}"


def chosen(folder: str, name: str) -> list[Recipe]:
    """The recipes that two patterns match; UserError if none does."""
    found = [one for one in all_recipes() if fnmatchcase(one.folder, folder)]
    if not found:
        raise UserError(
            f"folder={folder}: no such folder; choose from {', '.join(table().folders)}"
        )
    matching = [one for one in found if fnmatchcase(one.name, name)]
    if not matching:
        names = ", ".join(dict.fromkeys(one.name for one in found))
        raise UserError(f"recipe={name}: no such recipe in {folder}; choose from {names}")
    return matching


def all_recipes() -> list[Recipe]:
    """All of them, folder by folder."""
    return [
        _recipe(folder, name)
        for folder in table().folders
        for name, entry in table().recipes.items()
        if fnmatchcase(folder, entry.folders)
    ]


@cache
def table() -> RecipeTable:
    """What `recipes.yaml` says."""
    return read_stated(RecipeTable, HERE / "recipes.yaml")


def _recipe(folder: str, name: str) -> Recipe:
    said, entry = table().folders[folder], table().recipes[name]
    exceptions = tuple(one for one in table().exceptions if _applies(one, f"{folder}/{name}"))
    model = [said, *(one.model for one in exceptions if one.model)][-1]
    kind = table().models[model]
    published: Settings = {
        "name": f"{kind.checkpoint}-CCRL-CUR-{entry.checkpoint}",
        "model": model,
        **kind.settings,
        **kind.everywhere,
        **entry.settings,
        **{key: value for one in exceptions for key, value in one.settings.items()},
    }
    corrected = {"model": said, **table().models[said].everywhere, **entry.settings}
    return Recipe(
        folder,
        name,
        (PUBLISHED, *_overrides(published)),
        (CORRECTED, *_overrides(corrected)),
        exceptions,
    )


def _applies(exception: ExceptionEntry, path: str) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in exception.recipes)


def _overrides(settings: Mapping[str, object]) -> Iterator[str]:
    return (f"{key}={value}" for key, value in settings.items())
