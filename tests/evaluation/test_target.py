"""Which weights a config means, and where their scores belong."""

from pathlib import Path
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.config.evaluation import EvaluateConfig
from tarot.config.validation import parse
from tarot.evaluation.target import Target, find_target
from tarot.runs import mark_complete, write_json
from tarot.runs.cache import cache_folder
from tarot.types import UserError


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    (job,) = compose("evaluate", ["model=tiny", "benchmark=humaneval"])
    return job.config


def target(composed: dict[str, Any], **settings: object) -> Target:
    return find_target(parse(EvaluateConfig, {**composed, **settings}))


def make_run(folder: Path, model: object, *steps: int) -> Path:
    """A run's directory with whole checkpoints after some steps."""
    folder.mkdir()
    write_json(folder / "config.json", {"model": model})
    write_json(folder / "identity.json", {"sha": "a", "data_fingerprint": "b"})
    for step in steps:
        checkpoint = make_weights(folder / "checkpoints" / f"checkpoint-{step}", f"{step}")
        mark_complete(checkpoint)
    return folder


def make_weights(folder: Path, content: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_text(content)
    return folder


def test_a_run_stands_for_its_last_checkpoint_and_says_its_model(
    composed: dict[str, Any], tmp_path: Path
) -> None:
    run = make_run(tmp_path / "run", composed["model"], 4, 10)
    without_model = {key: composed[key] for key in composed if key != "model"}
    last = target(without_model, checkpoint=str(run))
    assert (last.step, last.folder, last.model.id) == (10, run, "tiny")
    assert last.checkpoint == run / "checkpoints" / "checkpoint-10"
    named = target(without_model, checkpoint=str(run / "checkpoints" / "checkpoint-4"))
    assert named == target(without_model, checkpoint=str(run), step=4)
    assert (named.step, named.folder) == (4, run)
    assert named.sha256 != last.sha256


def test_the_best_step_is_the_one_that_the_run_names(
    composed: dict[str, Any], tmp_path: Path
) -> None:
    run = make_run(tmp_path / "run", composed["model"], 4, 10)
    write_json(run / "best.json", {"step": 4, "metric": "eval/pass_at_1", "value": 0.5})
    found = target(composed, checkpoint=str(run), step="best")
    assert found == target(composed, checkpoint=str(run), step=4)


def test_weights_are_known_by_their_content_and_not_by_their_place(
    composed: dict[str, Any], tmp_path: Path
) -> None:
    one, same = make_weights(tmp_path / "a", "x"), make_weights(tmp_path / "b", "x")
    (same / "trainer_state.json").write_text("{}")
    (same / "optimizer.pt").write_text("y")
    first, second = (target(composed, checkpoint=str(folder)) for folder in (one, same))
    assert first.sha256 == second.sha256
    assert first.folder == second.folder == Path("evaluations") / f"tiny-{first.sha256[:8]}"
    (same / "model.safetensors").write_text("z")
    assert target(composed, checkpoint=str(same)).sha256 != first.sha256


def test_adapters_of_a_run_stand_for_the_weights_that_they_make(
    composed: dict[str, Any], tmp_path: Path
) -> None:
    run = make_run(tmp_path / "run", composed["model"])
    write_json(run / "config.json", {"model": composed["model"], "hardware": {"dtype": "bfloat16"}})
    for step in (1, 2):
        checkpoint = make_weights(run / "checkpoints" / f"checkpoint-{step}", f"{step}")
        write_json(checkpoint / "adapter_config.json", {})
        mark_complete(checkpoint)
    first, last = (target(composed, checkpoint=str(run), step=step) for step in (1, None))
    assert last.export is not None
    assert (last.export.dtype, last.export.step, last.step) == ("bfloat16", 2, 2)
    assert last.checkpoint == last.export.folder == cache_folder() / "exports" / last.sha256
    assert not last.checkpoint.exists()
    assert first.sha256 != last.sha256


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"checkpoint": "none"}, "checkpoint=none: no such folder; leave it out for the model"),
        ({"checkpoint": "run", "step": 5}, "step=5: not kept; run has 4, 10"),
        ({"checkpoint": "run", "step": 12}, "step=12: not kept; run has 4, 10"),
        ({"checkpoint": "run", "step": "best"}, "step=best: run was not evaluated while it"),
        ({"checkpoint": "run", "step": "bets"}, 'step: "bets" should be the number of a step'),
        ({"checkpoint": "run", "step": 0}, "step: 0 should be the number of a step, best, or null"),
        ({"checkpoint": None, "step": "best"}, "step=best: give checkpoint=RUN"),
        ({"checkpoint": "run/checkpoints/checkpoint-12"}, "checkpoint=run/checkpoints/check"),
        ({"checkpoint": "empty"}, "checkpoint=empty: the run has no checkpoint yet"),
        ({"checkpoint": "other"}, "checkpoint=other: has no config.json"),
        ({"checkpoint": "lora"}, "checkpoint=lora: holds LoRA adapters"),
        ({"checkpoint": "weights", "step": 5}, "step=5: checkpoint=weights is no run's directory"),
        ({"checkpoint": "run/checkpoints/checkpoint-4", "step": 5}, "step=5: checkpoint=run/"),
        ({"checkpoint": None, "step": 5}, "step=5: give checkpoint=RUN"),
        ({"checkpoint": "weights", "model": None}, "model: missing; give model=…"),
        ({"checkpoint": "theirs"}, "model.id=tiny: the run of checkpoint=theirs trained small"),
    ],
)
def test_what_is_not_there_is_one_line(
    composed: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, object],
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    run = make_run(Path("run"), composed["model"], 4, 10)
    make_weights(run / "checkpoints" / "checkpoint-12", "torn")
    make_run(Path("empty"), composed["model"])
    make_run(Path("theirs"), {**composed["model"], "id": "small"}, 1)
    make_weights(Path("weights"), "x")
    Path("other").mkdir()
    write_json(make_weights(Path("lora"), "x") / "adapter_config.json", {})
    with pytest.raises(UserError) as error:
        target(composed, **settings)
    assert str(error.value).startswith(line)
