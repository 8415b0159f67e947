"""Evaluation while training: what it logs, which checkpoint it keeps, and what breaks it off."""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tarot.capability import read_outcomes, suite_scores
from tarot.cli.main import main
from tarot.config.targets import build
from tarot.data import Split, write_jsonl
from tarot.metrics import clustered_mean
from tarot.runs import RunDirectory, read_json
from tarot.runs.best import best_step
from tarot.runs.exits import Exit
from tarot.training.tracking import numbers
from tarot.types import Execution, Job, Problem, TestCase, Tier
from tests.sampling.parrot import save_parrot
from tests.training.in_process import prepared_from, run_child
from tests.training.test_outages import LossySandbox
from tests.training.tracker_files import tensorboard_steps

pytestmark = pytest.mark.e2e

NUM_STEPS = 6
OF_THE_CLOCK = {"eval/seconds", "eval/time_share"}


class StoppingSandbox(LossySandbox):
    """Has its process asked to stop in the n-th call that any process makes with it."""

    def __init__(self, stop_in: int, **settings: Any) -> None:
        super().__init__({}, **settings)
        self._stop_in = stop_in

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        if self._num_calls + 1 == self._stop_in:
            os.kill(os.getpid(), signal.SIGTERM)
        return super().run(jobs)


@dataclass(frozen=True)
class Setting:
    """A model that answers 7 or 8, each as often, and problems of which all want 7."""

    folder: Path

    def run(self, name: str, *settings: str) -> RunDirectory:
        """Six steps, each with its problems' executions in one call, evaluated after every two."""
        return prepared_from(
            "+experiment=tiny",
            "curriculum=average",
            *("model.source=hub", f"model.id={self.folder}/parrot"),
            *("data=jsonl", f"data.path={self.folder}/problems.jsonl", "data.dev_share=0.4"),
            *(f"trainer.max_steps={NUM_STEPS}", "trainer.save_steps=500"),
            "trainer.save_total_limit=1",
            *("num_generations=4", "hardware.per_device_batch_size=8"),
            *("evaluation.problems=1", "evaluation.samples=1"),
            *("eval.every=2", "eval.problems=5", "eval.samples=4"),
            f"run_dir={self.folder / name}",
            *settings,
        )


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    folder = tmp_path_factory.mktemp("evaluated")
    save_parrot(folder / "parrot", "print(7)", "print(8)")
    write_jsonl(map(problem, range(40)), folder / "problems.jsonl")
    return Setting(folder)


def problem(number: int) -> Problem:
    """No two have an input in common, so that no execution is known from another problem."""
    basic = TestCase(f"{number}", "7", Tier.BASIC)
    edge = TestCase(f"-{number + 1}", "7", Tier.EDGE)
    return Problem(f"problem {number}", "Print 7.", (basic, edge))


@pytest.fixture(scope="module")
def learned(setting: Setting) -> RunDirectory:
    """A run that learns to say 7, with its evaluations in a tracker."""
    run = setting.run("learned", "trainer.learning_rate=1e-3", "tracker=tensorboard")
    assert run_child(run) == 0
    return run


def evaluations(run: RunDirectory) -> list[dict[str, Any]]:
    return [
        {key: line[key] for key in line.keys() - OF_THE_CLOCK} for line in run.log.evaluations()
    ]


def steps(lines: Sequence[dict[str, Any]]) -> list[int]:
    return [line["step"] for line in lines]


def kept(run: RunDirectory) -> list[str]:
    return sorted(path.name for path in run.checkpoints_path.glob("checkpoint-*"))


def test_every_second_step_is_evaluated_under_the_same_names(learned: RunDirectory) -> None:
    lines = list(learned.log.evaluations())
    assert steps(lines) == [2, 4, 6]
    assert len({frozenset(line) for line in lines}) == 1
    assert {f"eval/{tier}/pass_at_{k}" for tier in Tier for k in (1, 2, 4)} <= lines[0].keys()
    for line in lines:
        assert line["eval"] == {"problems": 5, "samples": 4, "seed": 0}
        assert (line["eval/length"], line["eval/truncated"], line["eval/unjudged"]) == (8, 0, 0)
        assert line["eval/complex/pass_at_1"] is None
        assert line["eval/seconds"] > 0
        assert 0 < line["eval/time_share"] < 1
    assert lines[-1]["eval/pass_at_1"] > lines[0]["eval/pass_at_1"] > 0


def test_the_log_of_the_steps_is_as_without(learned: RunDirectory) -> None:
    lines = list(learned.log.steps())
    assert steps(lines) == list(range(1, NUM_STEPS + 1))
    assert not any(key.startswith("eval") for line in lines for key in line)


def test_the_problems_are_of_the_dev_split_and_the_same_each_time(
    setting: Setting, learned: RunDirectory
) -> None:
    found = {step: read_outcomes(learned.evaluation_of(step).read_bytes()) for step in (2, 4, 6)}
    names = {tuple(problem.problem_id for problem in outcomes) for outcomes in found.values()}
    (chosen,) = names
    assert len(chosen) == 5
    source = learned.config()["data"]
    dev = {problem.id for problem in build("data", source).load(Split.DEV)}
    assert set(chosen) < dev
    for line in learned.log.evaluations():
        interval = clustered_mean(suite_scores(found[line["step"]]))
        logged = [line[f"eval/pass_at_1{end}"] for end in ("", "_low", "_high")]
        assert logged == [interval.mean, interval.low, interval.high]


def test_the_best_checkpoint_is_kept_beside_the_last(learned: RunDirectory) -> None:
    values = {line["step"]: line["eval/pass_at_1"] for line in learned.log.evaluations()}
    first = min(values, key=lambda step: (-values[step], step))
    assert read_json(learned.path / "best.json") == {
        "step": first,
        "metric": "eval/pass_at_1",
        "value": values[first],
    }
    assert best_step(learned.path) == first
    assert kept(learned) == sorted({f"checkpoint-{first}", f"checkpoint-{NUM_STEPS}"})


def test_a_tracker_has_the_evaluations(learned: RunDirectory) -> None:
    tracked = dict(tensorboard_steps(learned.path / "tensorboard"))
    for line in learned.log.evaluations():
        figures = numbers(line)
        found = {key: tracked[line["step"]][key] for key in figures}
        assert found == pytest.approx(figures, rel=1e-6)


def test_the_best_checkpoint_is_evaluated_and_reported(
    learned: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    best = best_step(learned.path)
    command = ("evaluate", f"checkpoint={learned.path}", "step=best", "benchmark=tiers")
    assert main([*command, "hardware=cpu", "dry_run=true"]) == 0
    assert f"checkpoints/checkpoint-{best}\n" in capsys.readouterr().out
    assert main(["report", f"run={learned.path}"]) == 0
    page = (learned.path / "report.html").read_text()
    assert "<h3>Evaluation: pass@1</h3>" in page
    assert "<h3>Evaluation: pass@1 by tier</h3>" in page
    assert f"step {best}, eval/pass_at_1 " in page


def test_evaluations_that_take_long_are_told_once(
    setting: Setting, capsys: pytest.CaptureFixture[str]
) -> None:
    run = setting.run("long", "eval.every=1", "trainer.max_steps=2", "eval.samples=64")
    assert run_child(run) == 0
    shown = capsys.readouterr().out
    assert shown.count("evaluation after step ") == 2
    assert shown.count(" of the time, over 5%; raise eval.every, or lower eval.problems") == 1


def test_an_evaluation_that_cannot_be_judged_is_left_out_and_told(
    setting: Setting, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sandbox's calls: self-check, evaluation before, step 1, step 2, evaluation after it."""
    lossy = f"sandbox._target_={LossySandbox.__module__}.LossySandbox"
    settings = ("grading.max_unjudged_share=0.5", lossy, "sandbox.losses={5: ''}")
    run = setting.run("outage", "trainer.learning_rate=1e-6", *settings)
    assert run_child(run) == 0
    shown = capsys.readouterr().out
    assert "evaluation after step 2 left out: 100% of the completions could not be" in shown
    assert steps(evaluations(run)) == [4, 6]
    assert best_step(run.path) in (4, 6)
    assert steps(list(run.log.steps())) == list(range(1, NUM_STEPS + 1))


def test_a_stop_breaks_an_evaluation_off_which_is_made_when_the_run_goes_on(
    setting: Setting, capsys: pytest.CaptureFixture[str]
) -> None:
    stopping = f"sandbox._target_={__name__}.StoppingSandbox"
    settings = ("trainer.learning_rate=1e-3", stopping)
    run = setting.run("stopped", *settings, "sandbox.stop_in=4")
    assert run_child(run) == Exit.INTERRUPTED
    assert "evaluation after step 2 left out: the run stops" in capsys.readouterr().out
    assert (evaluations(run), kept(run)) == ([], ["checkpoint-2"])
    assert best_step(run.path) is None

    assert run_child(setting.run("stopped", *settings, "sandbox.stop_in=0")) == 0
    whole = setting.run("unstopped", *settings, "sandbox.stop_in=0")
    assert run_child(whole) == 0
    assert evaluations(run) == evaluations(whole)
    assert read_json(run.path / "best.json") == read_json(whole.path / "best.json")


def test_data_without_a_dev_split_are_told_and_train(
    setting: Setting, capsys: pytest.CaptureFixture[str]
) -> None:
    run = setting.run("no_dev", "data.dev_share=0.0", "trainer.max_steps=2")
    assert run_child(run) == 0
    assert "eval: the data have no problems in the split dev" in capsys.readouterr().out
    assert evaluations(run) == []
