"""The snapshots of the paper's artefacts against what `conf/` composes today."""

from collections.abc import Collection
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from experiments.paper.snapshots import FILES, SWEEPS, main, run_name
from tarot.cli.composition import CONF, compose
from tarot.cli.planning import infeasible
from tarot.config.run import validate_run
from tarot.config.targets import build
from tarot.runs import read_json
from tarot.runs.exits import Exit
from tarot.runs.snapshots import read_snapshots
from tarot.types import UserError

OTHERS = {"hub", "tiny", "smollm2-135m", "qwen3-coder-30b-a3b"}
MODELS = {path.stem for path in (CONF / "model").glob("*.yaml")} - OTHERS
POLICIES = {path.stem for path in (CONF / "curriculum").glob("*.yaml")} - {"bandit", "mastery"}
SEEDS = ("42", "43", "44")
RUNS: dict[str, list[Collection[str]]] = {
    "main": [MODELS, POLICIES, SEEDS],
    "weights": [MODELS, {"forward_uniform", "forward_bi", "forward_ce"}, SEEDS],
    "baselines": [MODELS, {"adaptive", "average", "pass_at_all"}, SEEDS],
    "beta": [["qwen3-4b-forward_ce-beta"], ["0.01", "0.05", "0.1"], SEEDS],
    "temperature": [["qwen3-4b-forward_ce-temperature"], ["0.5", "0.7", "1.0"], SEEDS],
    "epochs": [["qwen3-4b-forward_ce-num_train_epochs"], ["1", "3"], SEEDS],
}
# The batch of each model: as published, where the recipes of a folder agree.
BATCHES = {
    **dict.fromkeys(("qwen2.5-7b", "qwen2.5-coder-7b", "gemma2-2b"), (32, 7)),
    **dict.fromkeys(("qwen2.5-1.5b", "qwen2.5-3b", "qwen3-4b"), (64, 7)),
    **dict.fromkeys(("qwen2.5-coder-1.5b", "qwen2.5-coder-3b"), (64, 7)),
    "gemma2-9b": (112, 4),
}


@pytest.fixture(scope="module")
def snapshots() -> dict[str, dict[str, dict[str, Any]]]:
    return {name: read_snapshots(FILES[name]) for name in SWEEPS}


def test_an_artefact_has_a_snapshot_of_each_of_its_runs(
    snapshots: dict[str, dict[str, dict[str, Any]]],
) -> None:
    assert len(snapshots["main"]) == 9 * 10 * 3
    for name, axes in RUNS.items():
        assert snapshots[name].keys() == {"-".join(run) for run in product(*axes)}, name


def test_what_artefacts_have_in_common_is_one_run(
    snapshots: dict[str, dict[str, dict[str, Any]]],
) -> None:
    main_table = snapshots["main"]
    for name in ("weights", "baselines"):
        assert snapshots[name].items() <= main_table.items()
    for name, run in (("beta", "beta-0.01"), ("temperature", "temperature-1.0")):
        one = snapshots[name][f"qwen3-4b-forward_ce-{run}-43"]
        assert one == main_table["qwen3-4b-forward_ce-43"]
    one = snapshots["epochs"]["qwen3-4b-forward_ce-num_train_epochs-1-44"]
    assert one == main_table["qwen3-4b-forward_ce-44"]


def test_every_run_is_valid_and_fits_the_machine(
    snapshots: dict[str, dict[str, dict[str, Any]]],
) -> None:
    """Each model once: neither policy nor seed changes what it takes."""
    for model in MODELS:
        run = validate_run(snapshots["main"][f"{model}-forward_ce-42"])
        assert infeasible(run) == []
        assert (run.problems_per_step, run.num_generations) == BATCHES[model]
        form = "<reasoning>" if model == "qwen3-4b" else "<think>"
        assert (run.prompt.format_pattern or "").startswith(form)
    for policy in POLICIES:
        build("curriculum", snapshots["main"][f"gemma2-2b-{policy}-42"]["curriculum"])


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("main", ("model=gemma2-9b", "curriculum=adaptive", "seed=43")),
        ("weights", ("model=qwen2.5-7b", "curriculum=forward_bi", "seed=42")),
        ("baselines", ("model=qwen2.5-1.5b", "curriculum=pass_at_all", "seed=42")),
        ("beta", ("trainer.beta=0.05", "seed=44")),
        ("temperature", ("trainer.temperature=0.7", "seed=42")),
        ("epochs", ("trainer.num_train_epochs=3", "seed=42")),
    ],
)
def test_a_run_composes_as_its_snapshot_says(
    name: str, overrides: tuple[str, ...], snapshots: dict[str, dict[str, dict[str, Any]]]
) -> None:
    (job,) = compose("train", [f"+experiment=paper/{name}", *overrides])
    assert job.config == snapshots[name][run_name(job)]


@pytest.mark.soak
@pytest.mark.parametrize("name", FILES)
def test_the_snapshots_are_what_their_command_writes(name: str) -> None:
    assert main([f"artefact={name}", "check=true"]) == Exit.OK


@pytest.mark.soak
def test_the_check_tells_a_snapshot_that_is_not_todays(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    there = ["artefact=epochs", f"out={tmp_path}"]
    assert main([*there, "check=true"]) == Exit.FAILED
    assert capsys.readouterr().out.endswith("not what conf/ composes; write it anew\n")
    assert main(there) == Exit.OK
    assert read_json(tmp_path / "epochs.json") == read_json(FILES["epochs"])


def test_an_artefact_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UserError, match="artefact=mian: no such artefact; did you mean main"):
        main(["artefact=mian"])
