"""What is corrected of the published recipes, and why.

python -m experiments.paper.recipes.differences                           all, as Markdown
python -m experiments.paper.recipes.differences folder=gemma2-2b-it       of a folder's recipes
python -m experiments.paper.recipes.differences docs=docs/differences.md  into a page, between marks

Both configs are those of the snapshots `published.json` and `corrected.json` beside this file.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from experiments import markdown
from experiments.command import run_command, settings
from experiments.paper.recipes import HERE
from experiments.paper.recipes.published import ExceptionEntry, Recipe, all_recipes, chosen
from tarot.config.schema import Node
from tarot.config.strict import Strict
from tarot.runs import differing_keys, write_atomically
from tarot.runs.exits import Exit
from tarot.runs.snapshots import read_snapshots
from tarot.types import UserError

HEADINGS = ("setting", "published", "corrected", "why")
_MARKED = re.compile(r"(<!-- differences -->\n).*(<!-- end -->\n)", re.DOTALL)
# What a recipe that names another model has of that model's.
_OF_A_MODEL = ("model", "prompt", "problems_per_step", "num_generations", "lora")


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting as it is published and as it is corrected, in words, with the reason."""

    key: str
    published: str
    corrected: str
    why: str


class DifferenceSettings(Strict):
    """Which recipes, and the page to write."""

    folder: str = "*"
    recipe: str = "*"
    docs: str | None = None


def main(arguments: Sequence[str]) -> int:
    """Print what differs, or write it into a page."""
    asked = settings(DifferenceSettings, arguments)
    text = render(chosen(asked.folder, asked.recipe))
    if asked.docs is None:
        sys.stdout.write(text)
    else:
        write_into(Path(asked.docs), text)
    return Exit.OK


def write_into(page: Path, text: str) -> None:
    """Put a text between the marks of a page; UserError where it has none."""
    whole = page.read_text() if page.is_file() else ""
    if not _MARKED.search(whole):
        raise UserError(f"docs={page}: no page with <!-- differences --> and <!-- end -->")
    written = _MARKED.sub(lambda marks: f"{marks[1]}{text}{marks[2]}", whole)
    write_atomically(page, written.encode())


def render(recipes: Sequence[Recipe]) -> str:
    """What all of some recipes have in common, and then what is the matter with each."""
    found = {recipe.path: differences(recipe) for recipe in recipes}
    shared = [one for one in next(iter(found.values())) if all(one in of for of in found.values())]
    single = {path: [one for one in of if one not in shared] for path, of in found.items()}
    keys = {one.key for of in single.values() for one in of if one.key not in reasons()}
    own = {path: [one for one in of if one.key in keys] for path, of in single.items()}
    varied = sorted({one.key for of in single.values() for one in of} - keys)
    lines = [
        f"Of {_number(len(found), 'recipe')} ({len(_distinct(recipes))} different runs):",
        "",
        markdown.table(HEADINGS, map(_cells, shared), ()),
        "",
        *(_varied_line(key, single) for key in varied),
        "",
    ]
    if any(own.values()):
        lines += [markdown.table(("recipes", *HEADINGS), _grouped(own), ()), ""]
    return "\n".join(lines)


def differences(recipe: Recipe) -> list[Difference]:
    """What of a recipe is corrected; KeyError for a difference without a reason."""
    published, corrected = _published()[recipe.path], _corrected()[recipe.path]
    keys = dict.fromkeys(map(_shown_key, differing_keys(published, corrected)))
    return [
        Difference(
            key,
            _shown(key, published, recipe.published),
            _shown(key, corrected, recipe.corrected),
            _why(recipe.exceptions, key),
        )
        for key in keys
    ]


@cache
def reasons() -> dict[str, str]:
    """Those that hold for all recipes, by key."""
    return OmegaConf.to_container(OmegaConf.load(HERE / "reasons.yaml"))  # type: ignore[return-value]


@cache
def _published() -> dict[str, Node]:
    return read_snapshots(HERE / "published.json")


@cache
def _corrected() -> dict[str, Node]:
    return read_snapshots(HERE / "corrected.json")


def _why(exceptions: Iterable[ExceptionEntry], key: str) -> str:
    for exception in reversed([*exceptions]):
        explained = [*exception.settings, *(_OF_A_MODEL if exception.model else ())]
        is_explained = any(key == one or key.startswith(f"{one}.") for one in explained)
        if exception.why and is_explained and key not in reasons():
            return exception.why
    return reasons()[key]


def _shown_key(key: str) -> str:
    top = key.partition(".")[0]
    return top if top in ("model", "prompt", "curriculum") else key


def _shown(key: str, config: Node, overrides: Sequence[str]) -> str:
    """A value in words: of a group the option, of other keys JSON."""
    if key == "model":
        return str(config["model"]["id"])
    if key == "prompt":
        return str(config["prompt"]["format_pattern"]).partition("\\n")[0] + "…"
    if key == "curriculum":
        return next(one.partition("=")[2] for one in overrides if one.startswith("curriculum="))
    value: Any = config
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else json.dumps(value)


def _cells(difference: Difference) -> tuple[str, str, str, str]:
    values = (difference.published, difference.corrected)
    published, corrected = (f"`{value.replace('|', chr(92) + '|')}`" for value in values)
    return f"`{difference.key}`", published, corrected, difference.why


def _varied_line(key: str, single: Mapping[str, Sequence[Difference]]) -> str:
    """A setting that differs in many ways for one reason."""
    having = [one for of in single.values() for one in of if one.key == key]
    return f"- `{key}` of {_number(len(having), 'recipe')}: {having[0].why}."


def _grouped(own: Mapping[str, Sequence[Difference]]) -> list[tuple[str, ...]]:
    """A row for each difference, with the recipes that have it."""
    paths: dict[Difference, list[str]] = {}
    for path, found in own.items():
        for one in found:
            paths.setdefault(one, []).append(path)
    return [(_listed(having), *_cells(one)) for one, having in paths.items()]


def _listed(paths: Sequence[str]) -> str:
    """Paths folder by folder; `all` where the whole folder has it."""
    names: dict[str, list[str]] = {}
    for path in paths:
        folder, _, name = path.partition("/")
        names.setdefault(folder, []).append(name)
    sizes = {folder: sum(one.folder == folder for one in all_recipes()) for folder in names}
    return "; ".join(
        f"{folder}: {'all' if len(of) == sizes[folder] else ', '.join(of)}"
        for folder, of in names.items()
    )


def _distinct(recipes: Iterable[Recipe]) -> set[tuple[str, ...]]:
    return {tuple(sorted(recipe.published)) for recipe in recipes}


def _number(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
