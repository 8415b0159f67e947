"""Evaluation while training: what it logs, which checkpoint it keeps, and what breaks it off."""

import os
import signal
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
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

NUM_STEPS = 4
OF_THE_CLOCK = {"eval/seconds", "eval/time_share"}


class StoppingSandbox(LossySandbox):
    """Has its process asked to stop in its n-th call."""

    def __init__(self, stop_in: int, **settings: Any) -> None:
        super().__init__(**settings)
        self._stop_in = stop_in

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        if self._num_calls + 1 == self._stop_in:
            os.kill(os.getpid(), signal.SIGTERM)
        return super().run(jobs)


@dataclass(frozen=True)
class Setting:
    """A model that answers 7 or 8, each as often, and problems of which all want 7."""

    folder: Path

    def run(self, name: str, losses: str, stop_in: int, *settings: str) -> RunDirectory:
        """Four steps that are evaluated each.

        The sandbox's calls are the self-check, the evaluation before, step 1, the evaluation after
        it, step 2 and so on.
        """
        return prepared_from(
            "+experiment=tiny",
            "curriculum=average",
            *("model.source=hub", f"model.id={self.folder}/parrot"),
            *("data=jsonl", f"data.path={self.folder}/problems.jsonl", "data.dev_share=0.4"),
            *(f"trainer.max_steps={NUM_STEPS}", "trainer.learning_rate=2e-2"),
            *("trainer.save_steps=500", "trainer.save_total_limit=1"),
            *("num_generations=4", "hardware.per_device_batch_size=8"),
            *("evaluation.problems=1", "evaluation.samples=1"),
            *("eval.every=1", "eval.problems=5", "eval.samples=4", "tracker=tensorboard"),
            f"sandbox._target_={__name__}.StoppingSandbox",
            *(f"sandbox.losses={losses}", f"sandbox.stop_in={stop_in}"),
            f"run_dir={self.folder / name}",
            *settings,
        )


@dataclass(frozen=True)
class Learned:
    """A run that learns to say 7, whose first evaluation can't be judged, and what it has said."""

    run: RunDirectory
    shown: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return list(self.run.log.evaluations())


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    folder = tmp_path_factory.mktemp("evaluated")
    save_parrot(folder / "parrot", "print(7)", "print(8)")
    write_jsonl(map(problem, range(40)), folder / "problems.jsonl")
    return Setting(folder)


@pytest.fixture(scope="module")
def learned(setting: Setting) -> Learned:
    run, shown = setting.run("learned", "{4: ''}", 0), StringIO()
    with redirect_stdout(shown):
        assert run_child(run) == 0
    return Learned(run, shown.getvalue())


def problem(number: int) -> Problem:
    """No two have an input in common, so that no execution is known from another problem."""
    basic = TestCase(f"{number}", "7", Tier.BASIC)
    edge = TestCase(f"-{number + 1}", "7", Tier.EDGE)
    return Problem(f"problem {number}", "Print 7.", (basic, edge))


def found_in(run: RunDirectory) -> list[dict[str, Any]]:
    """The lines of its evaluations, but for the clock."""
    return [
        {key: line[key] for key in line.keys() - OF_THE_CLOCK} for line in run.log.evaluations()
    ]


def steps(lines: Iterable[dict[str, Any]]) -> list[int]:
    return [line["step"] for line in lines]


def kept(run: RunDirectory) -> list[str]:
    return sorted(path.name for path in run.checkpoints_path.glob("checkpoint-*"))


def test_an_evaluation_that_cannot_be_judged_is_left_out_and_told(learned: Learned) -> None:
    cause = "100% of the completions could not be judged, more than grading.max_unjudged_share="
    assert f"evaluation after step 1 left out: {cause}" in learned.shown
    assert steps(learned.lines) == [2, 3, 4]
    assert not learned.run.evaluation_of(1).exists()


def test_evaluations_have_the_same_names_and_tell_that_the_model_learns(learned: Learned) -> None:
    lines = learned.lines
    assert len({frozenset(line) for line in lines}) == 1
    assert {f"eval/{tier}/pass_at_{k}" for tier in Tier for k in (1, 2, 4)} <= lines[0].keys()
    for line in lines:
        assert line["eval"] == {"problems": 5, "samples": 4, "seed": 0}
        assert (line["eval/length"], line["eval/truncated"], line["eval/unjudged"]) == (8, 0, 0)
        assert line["eval/complex/pass_at_1"] is None
        assert line["eval/seconds"] > 0
        assert 0 < line["eval/time_share"] < 1
    # Half of the answers are right at first.
    assert lines[-1]["eval/pass_at_1"] > 0.75
    assert 0 < lines[0]["eval/pass_at_1"] <= lines[-1]["eval/pass_at_1"]
    assert f"evaluation after step 4: pass@1 {lines[-1]['eval/pass_at_1']:.1%} [" in learned.shown


def test_evaluations_that_take_long_are_told_once(learned: Learned) -> None:
    warning = " of the time, over 5%; raise eval.every, or lower eval.problems or eval.samples"
    assert learned.shown.count(warning) == 1


def test_the_lines_of_the_steps_are_as_without(learned: Learned) -> None:
    lines = list(learned.run.log.steps())
    assert steps(lines) == list(range(1, NUM_STEPS + 1))
    assert not any(key.startswith("eval") for line in lines for key in line)


def test_the_problems_are_of_the_dev_split_and_the_same_each_time(learned: Learned) -> None:
    source = build("data", learned.run.config()["data"])
    dev = {problem.id for problem in source.load(Split.DEV)}
    asked = set()
    for line in learned.lines:
        outcomes = read_outcomes(learned.run.evaluation_of(line["step"]).read_bytes())
        asked.add(tuple(problem.problem_id for problem in outcomes))
        interval = clustered_mean(suite_scores(outcomes))
        logged = [line[f"eval/pass_at_1{end}"] for end in ("", "_low", "_high")]
        assert logged == [interval.mean, interval.low, interval.high]
    (chosen,) = asked
    assert len(chosen) == 5
    assert set(chosen) < dev


def test_the_best_checkpoint_is_kept_beside_the_last(learned: Learned) -> None:
    values = {line["step"]: line["eval/pass_at_1"] for line in learned.lines}
    first = min(values, key=lambda step: (-values[step], step))
    assert read_json(learned.run.path / "best.json") == {
        "step": first,
        "metric": "eval/pass_at_1",
        "value": values[first],
    }
    assert best_step(learned.run.path) == first
    assert kept(learned.run) == sorted({f"checkpoint-{first}", f"checkpoint-{NUM_STEPS}"})


def test_a_tracker_has_the_evaluations(learned: Learned) -> None:
    tracked = dict(tensorboard_steps(learned.run.path / "tensorboard"))
    for line in learned.lines:
        figures = numbers(line)
        found = {key: tracked[line["step"]][key] for key in figures}
        assert found == pytest.approx(figures, rel=1e-6)


def test_the_best_checkpoint_is_evaluated_and_reported(
    learned: Learned, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = learned.run.path
    best = best_step(folder)
    command = ("evaluate", f"checkpoint={folder}", "step=best", "benchmark=tiers")
    assert main([*command, "hardware=cpu", "dry_run=true"]) == 0
    assert f"checkpoints/checkpoint-{best}\n" in capsys.readouterr().out
    assert main(["report", f"run={folder}"]) == 0
    page = (folder / "report.html").read_text()
    assert "<h3>Evaluation: pass@1 by tier</h3>" in page
    assert f"step {best}, eval/pass_at_1 " in page


def test_a_stop_breaks_an_evaluation_off_which_is_made_when_the_run_goes_on(
    setting: Setting, learned: Learned, capsys: pytest.CaptureFixture[str]
) -> None:
    run = setting.run("stopped", "{4: ''}", 5)
    assert run_child(run) == Exit.INTERRUPTED
    assert "evaluation after step 2 left out: the run stops" in capsys.readouterr().out
    assert (found_in(run), kept(run), best_step(run.path)) == ([], ["checkpoint-2"], None)

    assert run_child(setting.run("stopped", "{}", 0)) == 0
    assert found_in(run) == found_in(learned.run)
    assert best_step(run.path) == best_step(learned.run.path)


@pytest.mark.soak
def test_data_without_a_dev_split_are_told_and_train(
    setting: Setting, capsys: pytest.CaptureFixture[str]
) -> None:
    run = setting.run("no_dev", "{}", 0, "data.dev_share=0.0")
    assert run_child(run) == 0
    assert "eval: the data have no problems in the split dev" in capsys.readouterr().out
    assert found_in(run) == []
