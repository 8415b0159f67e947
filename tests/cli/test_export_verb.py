"""`tarot export` before anything is loaded: which checkpoint is meant, and what can't be."""

from pathlib import Path
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.runs import RunDirectory, mark_complete, prepare, read_json, write_json
from tarot.runs.best import best_step
from tarot.runs.exports import RECORD, Export


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    (job,) = compose("train", ["+experiment=tiny", "curriculum=average"])
    return job.config


@pytest.fixture
def run(config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """A run with checkpoints after steps 4 and 10, in the folder where the test works."""
    monkeypatch.chdir(tmp_path)
    made = prepare({**config, "run_dir": "run"}, "the hash of the data")
    for step in (4, 10):
        checkpoint = made.checkpoints_path / f"checkpoint-{step}"
        checkpoint.mkdir(parents=True)
        (checkpoint / "model.safetensors").write_text(f"weights of {step}")
        mark_complete(checkpoint)
    prepare({**config, "run_dir": "empty"}, "the hash of the data")
    return made


def export_of(run: RunDirectory, step: int, folder: str) -> Export:
    return Export(run, run.checkpoints_path / f"checkpoint-{step}", "float32", Path(folder))


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("run=none", "out=out"), "none: no run directory, it has no config.json"),
        (("run=empty", "out=out"), "run=empty: the run has no checkpoint yet; wait, or resume it"),
        (("run=empty", "step=4", "out=out"), "step=4: not kept; empty has none"),
        (("run=run", "step=5", "out=out"), "step=5: not kept; run has 4, 10"),
        (
            ("run=run", "step=best", "out=out"),
            "step=best: run was not evaluated while it trained; set eval.every in training, or "
            "give the number of a step",
        ),
        (("run=run", "step=last", "out=out"), 'step: "last" should be the number of a step, best'),
        (("run=run", "out=a/b"), "out: a/b: its folder does not exist; make it or name another"),
        (("run=run",), "out: missing; give out=…"),
        (("run=run", "out=other"), "out: other is there and holds no export; name another folder"),
        (("run=run", "out=out", "dtype=half"), 'dtype: "half" should be'),
    ],
)
def test_what_is_not_there_is_one_line(
    run: RunDirectory,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    line: str,
) -> None:
    Path("other").mkdir()
    Path("other", "notes.txt").write_text("mine")
    assert main(["export", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(line)
    assert error.count("\n") == 1
    assert not Path("out").exists()


def test_a_dry_run_says_which_checkpoint_it_would_be(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    write_json(run.path / "best.json", {"step": 4, "metric": "eval/pass_at_1", "value": 0.5})
    assert best_step(run.path) == 4
    for step, found in (("null", 10), ("best", 4), ("4", 4)):
        assert main(["export", "run=run", f"step={step}", "out=out", "dry_run=true"]) == 0
        shown = f"out: run/checkpoints/checkpoint-{found} in float32, not exported yet\n"
        assert capsys.readouterr().out == shown


def test_a_finished_export_is_left_alone_and_another_keeps_off(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    export = export_of(run, 10, "out")
    Path("out", "tarot").mkdir(parents=True)
    write_json(Path("out", RECORD), {**export.identity(), "prompts": 4, "tokens": 64})
    assert main(["export", "run=run", "out=out"]) == 0
    assert capsys.readouterr().out == "out is finished; nothing to do\n"
    assert main(["export", "run=run", "step=4", "out=out", "dtype=bfloat16"]) == 2
    theirs, ours = (export_of(run, step, "").identity()["checkpoint"] for step in (10, 4))
    assert capsys.readouterr().err == (
        f"out: out holds another export (checkpoint {theirs} and not {ours}, dtype float32 and not "
        "bfloat16, step 10 and not 4); name another\n"
    )
    assert read_json(Path("out", RECORD))["tokens"] == 64


def test_an_export_knows_that_its_adapters_were_trained_beside_four_bits(
    run: RunDirectory,
) -> None:
    lora = {"r": 8, "alpha": 16, "dropout": 0.0, "target_modules": None}
    assert export_of(run, 10, "out").quantization is None
    for given, found in (({}, None), ({"quantization": "nf4"}, "nf4")):
        write_json(run.config_path, {**run.config(), "lora": {**lora, **given}})
        assert export_of(run, 10, "out").quantization == found


def test_a_checkpoint_that_is_not_as_it_was_saved_is_not_exported(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = run.checkpoints_path / "checkpoint-10" / "model.safetensors"
    weights.write_text(weights.read_text().upper())
    assert main(["export", "run=run", "out=out"]) == 2
    assert capsys.readouterr().err == (
        "run/checkpoints/checkpoint-10 is broken: model.safetensors is not what was saved; take "
        "another step\n"
    )
    assert not Path("out").exists()
