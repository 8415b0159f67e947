"""Which checkpoint is said to be the best, also after a run has gone back."""

from pathlib import Path

import pytest

from tarot.runs import RunDirectory, mark_complete, read_json
from tarot.runs.best import METRIC, Best, best_step, write_best
from tarot.runs.checkpoints import remove_older

SHAPE = {"problems": 2, "samples": 1, "seed": 0}


def run_with(tmp_path: Path, *complete: int) -> RunDirectory:
    run = RunDirectory(tmp_path)
    for step in complete:
        checkpoint = run.checkpoints_path / f"checkpoint-{step}"
        checkpoint.mkdir(parents=True)
        (checkpoint / "trainer_state.json").touch()
        mark_complete(checkpoint)
    return run


def evaluate(run: RunDirectory, step: int, value: float | None, **shape: int) -> None:
    run.log.append({"step": step, "eval": SHAPE | shape, METRIC: value})
    run.outcomes_path.mkdir(exist_ok=True)
    run.evaluation_of(step).touch()
    run.log.append({"step": step, "loss": 0.5})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_run_without_evaluations_has_no_best(tmp_path: Path) -> None:
    assert best_step(tmp_path) is None


def test_the_file_has_step_metric_and_value(tmp_path: Path) -> None:
    write_best(tmp_path, Best(100, METRIC, 0.5))
    assert read_json(tmp_path / "best.json") == {"step": 100, "metric": METRIC, "value": 0.5}
    assert best_step(tmp_path) == 100


def test_older_checkpoints_go_but_for_the_best(tmp_path: Path) -> None:
    run = run_with(tmp_path, 2, 4, 6, 8, 10)
    for no_limit in (None, 0, -1):
        remove_older(run.checkpoints_path, no_limit, None)
    assert len(names(run.checkpoints_path)) == 5
    remove_older(run.checkpoints_path, 2, 4)
    assert names(run.checkpoints_path) == ["checkpoint-10", "checkpoint-4", "checkpoint-8"]
    remove_older(run.checkpoints_path, 2, 8)
    assert names(run.checkpoints_path) == ["checkpoint-10", "checkpoint-8"]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (8, 8),  # nothing is lost
        (6, 4),  # of 2, 4 and 6 the first of the two that are best
        (2, 2),
        (1, None),
    ],
)
def test_a_run_that_goes_back_has_the_best_of_what_is_left(
    tmp_path: Path, last: int, expected: int | None
) -> None:
    steps = [step for step in (1, 2, 4, 6, 8) if step <= last]
    run = run_with(tmp_path, *steps)
    for step, value in ((2, 0.25), (4, 0.5), (6, 0.5), (8, 0.75)):
        evaluate(run, step, value)
    write_best(run.path, Best(8, METRIC, 0.75))
    run.resume()
    assert best_step(run.path) == expected
    assert [line["step"] for line in run.log.evaluations()] == [
        s for s in (2, 4, 6, 8) if s <= last
    ]
    assert names(run.outcomes_path) == [f"eval-00000{s}.json" for s in (2, 4, 6, 8) if s <= last]
    assert (tmp_path / "best.json").exists() == (expected is not None)


def test_only_evaluations_made_like_the_last_are_compared(tmp_path: Path) -> None:
    run = run_with(tmp_path, 2, 4, 6)
    evaluate(run, 2, 0.75, problems=1)
    evaluate(run, 4, 0.25)
    evaluate(run, 6, None)
    evaluate(run, 8, 0.5)
    write_best(run.path, Best(8, METRIC, 0.5))
    run.resume()
    assert best_step(run.path) == 4


def test_lines_of_evaluations_are_told_from_those_of_steps(tmp_path: Path) -> None:
    run = run_with(tmp_path)
    evaluate(run, 2, 0.5)
    run.log.append({"step": 2, "decision": {"action": "advance"}})
    assert list(run.log.steps()) == [{"step": 2, "loss": 0.5}]
    assert list(run.log.evaluations()) == [{"step": 2, "eval": SHAPE, METRIC: 0.5}]
    assert len(list(run.log.metrics())) == 2
