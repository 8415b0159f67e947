"""vLLM beside training in one process, on a real model: `make vllm-check`."""

import json
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tarot.capability import read_outcomes
from tarot.runs.cache import cache_folder
from tests.training.vllm_on_cpu import PATIENCE_S, environment, still_running
from tests.training.workplace import Finished, Workplace

pytestmark = pytest.mark.vllm

# Asked for before tests have one of their own: the model comes from a package, and is kept there.
USERS_CACHE = cache_folder()

SETTINGS = (
    "+experiment=tiny",
    "model=smollm2-135m",
    "curriculum=average",
    "hydra.searchpath=[file://conf]",
    "reward=letters",
    "data.families=[count_digits]",
    "data.num_problems=4",
    "data.num_held_out=2",
    "evaluation.problems=1",
    "evaluation.unseen_problems=1",
    "hardware.vllm={mode: colocate, gpus: 0, tensor_parallel: 1, gpu_memory_utilization: 0.3}",
    "hardware.dtype=bfloat16",  # as vLLM computes; of float32 it would round an update away
    "trainer.learning_rate=3e-4",
    "trainer.save_total_limit=1",
    *("eval.every=1", "eval.problems=2", "eval.samples=2"),
    "run_dir=colocated",
)


@dataclass(frozen=True)
class Story:
    """A run that Ctrl-C stops in its first step, and the same command again."""

    stopped: Finished
    running_when_stopped: list[str]
    checkpoints_when_stopped: list[str]
    finished: Finished
    running_when_finished: list[str]


@pytest.fixture(scope="module")
def colocated(workplace: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A workplace with vLLM, and the models of the user's cache: they come from a package."""
    variables = environment(tmp_path_factory.mktemp("plugin") / "plugin")
    variables["TAROT_CACHE"] = str(USERS_CACHE)
    return replace(workplace, settings=SETTINGS, variables=variables, patience_s=PATIENCE_S)


@pytest.fixture(scope="module")
def story(colocated: Workplace) -> Iterator[Story]:
    """Two updates, one before the stop and one after it."""
    held, _ = colocated.train_until_held(1)
    held.send_signal(signal.SIGINT)
    stopped = colocated.finish(held)
    running = still_running(colocated.variables)
    folder = colocated.folder / "colocated" / "checkpoints"
    checkpoints = sorted(path.name for path in folder.glob("checkpoint-*"))
    finished = colocated.train()
    yield Story(stopped, running, checkpoints, finished, still_running(colocated.variables))
    shutil.rmtree(folder)


def test_a_stop_saves_the_step_and_leaves_no_process(story: Story) -> None:
    assert story.stopped.returncode == 130, story.stopped.stderr
    assert story.checkpoints_when_stopped == ["checkpoint-1"]
    assert story.running_when_stopped == []


def test_the_same_command_ends_the_run_and_leaves_no_process(
    colocated: Workplace, story: Story
) -> None:
    assert (story.finished.returncode, story.finished.stderr) == (0, "")
    assert story.running_when_finished == []
    logs = list((colocated.folder / "colocated").rglob("*.log"))
    assert logs
    assert not [log.name for log in logs if "Traceback" in log.read_text()]


def test_both_steps_reward_what_vllm_wrote_and_update(colocated: Workplace, story: Story) -> None:
    lines = list(colocated.run("colocated").log.steps())
    assert [line["step"] for line in lines] == [1, 2]
    assert all(line["reward_std"] > 0 and line["grad_norm"] > 0 for line in lines)


def test_both_steps_are_evaluated_by_the_vllm_that_writes(
    colocated: Workplace, story: Story
) -> None:
    """The first step's only when the run goes on, since a stop had been asked for in it."""
    run = colocated.run("colocated")
    for line in run.log.evaluations():
        outcomes = read_outcomes(run.evaluation_of(line["step"]).read_bytes())
        assert [problem.num_judged for problem in outcomes] == [2, 2]
        assert line["eval/length"] > 0
    assert [line["step"] for line in run.log.evaluations()] == [1, 2]


def test_vllm_writes_by_the_weights_that_the_step_trains(
    colocated: Workplace, story: Story
) -> None:
    """What both make of the same weights is told apart by rounding alone."""
    for line in colocated.run("colocated").log.steps():
        assert line["sampling/sampling_logp_difference/mean"] < 0.1


def test_a_weight_sync_changes_what_vllm_writes_next_and_as_transformers_would(
    colocated: Workplace, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    child = colocated.finish(colocated.start("-m", "tests.training.vllm_sync", str(folder)))
    shutil.rmtree(folder, ignore_errors=True)
    assert child.returncode == 0, child.stderr
    found = json.loads(child.stdout.splitlines()[-1])
    assert found["first"] == found["first expected"]
    assert found["unsynced"] == found["first"]
    assert found["synced"] == found["synced expected"]
    assert found["synced"] != found["first"]
    assert still_running(colocated.variables) == []
