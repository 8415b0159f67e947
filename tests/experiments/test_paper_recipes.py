"""The published recipes against the table of what was published, and what is corrected of them."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.paper.recipes import HERE, __main__, differences
from experiments.paper.recipes.published import Recipe, all_recipes, chosen
from tarot.cli.composition import compose
from tarot.config.batches import plan_batches
from tarot.config.run import validate_run
from tarot.config.schema import RunConfig
from tarot.runs.exits import Exit
from tarot.runs.snapshots import read_snapshots
from tarot.types import UserError

ROOT = Path(__file__).parents[2]
FORMS = {"code_format": "<think>", "code_format2": "<reasoning>"}
FIELDS: dict[str, Callable[[RunConfig], object]] = {
    "model_name_or_path": lambda run: run.model.id,
    "per_device_train_batch_size": lambda run: run.hardware.per_device_batch_size,
    "gradient_accumulation_steps": lambda run: plan_batches(run).accumulation_steps,
    "num_generations": lambda run: run.num_generations,
    "num_train_epochs": lambda run: run.trainer["num_train_epochs"],
    "beta": lambda run: run.trainer["beta"],
    "temperature": lambda run: run.trainer["temperature"],
    "learning_rate": lambda run: run.trainer["learning_rate"],
    "format_reward": lambda run: run.reward["format_pattern"].partition("\\n")[0],
    "logging_steps": lambda run: run.trainer["logging_steps"],
    "max_prompt_length": lambda run: run.max_prompt_tokens,
    "max_completion_length": lambda run: run.trainer["max_completion_length"],
    "hub_model_id": lambda run: run.name,
}
ALLOCATIONS = {
    "basic_only": ("b", (1, 0, 0, 0)),
    "complex_only": ("h", (0, 0, 1, 0)),
    "edge_only": ("e", (0, 0, 0, 1)),
    "uni": ("b bm bmh bmhe", (0.25, 0.25, 0.25, 0.25)),
    "var": ("b bm bmh bmhe", (0.35, 0.35, 0.15, 0.15)),
    "var_asce_normal": ("b bm bmh bmhe", (0.15, 0.15, 0.35, 0.35)),
    "var_asce_rev": ("h he mhe bmhe", (0.15, 0.15, 0.35, 0.35)),
}
TIERS = {"b": "basic", "m": "intermediate", "h": "complex", "e": "edge"}
# One of each kind of exception, and one without.
KINDS = (
    "gemma2-9b-it/uni",
    "qwen2.5-7b/binary",
    "qwen3-4b-it/var_3e",
    "qwen3-4b-it/var_asce_normal_3e",
    "qwen3-coder-30b-a3b/uni",
)


@pytest.fixture(scope="module")
def rows(shared: Path) -> dict[str, dict[str, str]]:
    """What was published, by folder and recipe."""
    path = shared / "tarot" / "published_recipes.csv"
    if not path.is_file():
        pytest.fail(f"{path} is missing: put shared/ there or set TAROT_SHARED", pytrace=False)
    with path.open(newline="") as file:
        return {f"{row['folder']}/{row['recipe']}": row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def snapshots() -> dict[str, dict[str, Any]]:
    return read_snapshots(HERE / "published.json")


def test_all_84_recipes_agree_with_what_was_published(
    rows: dict[str, dict[str, str]], snapshots: dict[str, dict[str, Any]]
) -> None:
    assert len(rows) == 84
    assert snapshots.keys() == rows.keys() == {recipe.path for recipe in all_recipes()}
    assert {*next(iter(rows.values()))} == {"folder", "recipe", *FIELDS}
    for path, row in rows.items():
        run = validate_run(snapshots[path])
        found = {field: value(run) for field, value in FIELDS.items()}
        assert found == {field: _typed(row[field], found[field]) for field in FIELDS}, path


def test_every_recipe_has_the_curriculum_of_its_name(snapshots: dict[str, dict[str, Any]]) -> None:
    for path, config in snapshots.items():
        name = path.partition("/")[2]
        parent = max((one for one in ALLOCATIONS if name.startswith(one)), key=len, default="")
        if not parent:
            assert name == "binary"
            continue
        stages, weights = ALLOCATIONS[parent]
        node = config["curriculum"]
        given = dict(zip(TIERS.values(), weights, strict=True))
        assert node["weights"] == {tier: weight for tier, weight in given.items() if weight}
        active = [{TIERS[letter]: 1 for letter in stage} for stage in stages.split()]
        assert [stage["allocation"] for stage in node["stages"]] == active
        assert [stage["start"] for stage in node["stages"]] == [0.0, 0.2, 0.4, 0.6][: len(active)]


@pytest.mark.parametrize("path", KINDS)
def test_a_recipe_composes_as_its_snapshot_says(
    path: str, snapshots: dict[str, dict[str, Any]]
) -> None:
    assert _composed(path, "published") == snapshots[path]


@pytest.mark.soak
@pytest.mark.parametrize("which", ["published", "corrected"])
def test_all_recipes_compose_as_their_snapshots_say(which: str) -> None:
    for path, snapshot in read_snapshots(HERE / f"{which}.json").items():
        assert _composed(path, which) == snapshot, path


def test_every_difference_has_its_reason_and_stands_in_the_documents() -> None:
    page = (ROOT / "docs" / "differences.md").read_text()
    assert differences.render(all_recipes()) in page


def test_what_is_corrected_of_one_recipe() -> None:
    (recipe,) = chosen("gemma2-2b-it", "uni")
    found = {one.key: (one.published, one.corrected) for one in differences.differences(recipe)}
    assert found["problems_per_step"] == ("16", "32")
    assert found["reward.normalize"] == ("false", "true")
    assert found["grading.comparator"] == ("published", "tokens")
    assert found.keys() == differences.reasons().keys() | {"problems_per_step"}


def test_a_page_without_marks_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no page with <!-- differences -->"):
        differences.write_into(tmp_path / "page.md", "text")


def test_the_command_prints_what_trains_a_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["folder=gemma2-2b-it", "recipe=uni", "dry_run=true"]) == Exit.OK
    assert capsys.readouterr().out == (
        "python train.py +experiment=paper/published name=Gemma2-2B-CCRL-CUR-UNI-1E "
        "model=gemma2-2b problems_per_step=16 hardware.per_device_batch_size=4 "
        "curriculum=forward_uniform dry_run=true\n"
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["folder=gemma"], "folder=gemma: no such folder; choose from gemma2-2b-it, "),
        (["folder=gemma*", "recipe=var_3e"], "recipe=var_3e: no such recipe in gemma*; choose"),
    ],
)
def test_a_recipe_that_is_not_there_is_one_line(arguments: list[str], line: str) -> None:
    with pytest.raises(UserError) as caught:
        __main__.main(arguments)
    assert str(caught.value).startswith(line)


def _composed(path: str, which: str) -> dict[str, Any]:
    (recipe,) = [one for one in all_recipes() if one.path == path]
    (job,) = compose("train", _overrides(recipe, which))
    return job.config


def _overrides(recipe: Recipe, which: str) -> tuple[str, ...]:
    overrides: tuple[str, ...] = getattr(recipe, which)
    return overrides


def _typed(text: str, like: object) -> object:
    return FORMS.get(text) or type(like)(text)  # type: ignore[call-arg]
