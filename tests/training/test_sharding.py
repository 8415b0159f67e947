"""Two processes that share states under DeepSpeed: stopped, resumed, and beside two that don't."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
import yaml

from launchers.accelerate_config import accelerate_config
from tarot.capability import read_outcomes
from tarot.cli.composition import compose
from tarot.config.batches import plan_batches
from tarot.config.schema import HardwareConfig, RunConfig
from tarot.runs import RunDirectory, read_json
from tarot.runs.comparison import RunComparison, compare_runs
from tarot.runs.exports import Export
from tarot.runs.layout import check_layout, note_layout
from tarot.sampling import load_model
from tarot.training.exporting import export
from tarot.training.sharding import check_sharding, requested
from tarot.types import UserError
from tests.sampling.parrot import parrot, save_parrot
from tests.training.in_process import prepared
from tests.training.several import python
from tests.training.workplace import Finished

pytestmark = pytest.mark.e2e

NUM_STEPS = 3
EVALUATED = ("eval.every=2", "eval.problems=5", "eval.samples=4", "evaluation.batch_size=4")
SANDBOX = "sandbox._target_=tests.training.two_processes.OutOnRankOne"
Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Place:
    """A folder with a model that prints 7 or 8, and the runs that are rewarded for 7."""

    folder: Path

    def run(self, name: str, sharding: str, *overrides: str) -> RunDirectory:
        """Two batches of six completions a step; by SGD, whose step is the gradient's size."""
        return prepared(
            f"run_dir={self.folder / name}",
            "model.source=hub",
            f"model.id={self.folder / 'model'}",
            f"hardware.sharding={sharding}",
            "hardware.processes=2",
            "hardware.per_device_batch_size=3",
            "num_generations=4",
            "problems_per_step=3",
            "data.num_problems=9",
            "data.num_held_out=5",
            f"trainer.max_steps={NUM_STEPS}",
            "trainer.optim=sgd",
            "trainer.learning_rate=0.1",
            "reward.format_pattern='print.7.'",
            SANDBOX,
            *overrides,
        )

    def launch(self, run: RunDirectory) -> Finished:
        """`accelerate launch` with the file for the run's hardware."""
        config = RunConfig.model_validate(run.config())
        content = accelerate_config(config.hardware, plan_batches(config).accumulation_steps)
        file = run.path / "accelerate.yaml"
        file.write_text(yaml.safe_dump(content))
        launch = ("-m", "accelerate.commands.launch", "--main_process_port", "0")
        training = ("-m", "tarot.training", str(run.path))
        return python(*launch, "--config_file", str(file), *training)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("sharded")
    save_parrot(folder / "model", "print(7)", "print(8)")
    return Place(folder)


@pytest.fixture(scope="module")
def unsharded(place: Place) -> RunDirectory:
    run = place.run("unsharded", "null")
    finished = place.launch(run)
    assert finished.returncode == 0, finished.stderr
    return run


@dataclass(frozen=True)
class Story:
    """A sharded run that a signal to one process stopped after a step, and that then finished.

    It is evaluated after step 2, in five batches that two processes take turns at.
    """

    steps_when_stopped: list[int]
    run: RunDirectory
    shown: str


@pytest.fixture(scope="module", params=["zero2", pytest.param("zero3", marks=pytest.mark.soak)])
def story(request: pytest.FixtureRequest, place: Place) -> Story:
    name = str(request.param)
    stopped = place.launch(place.run(name, name, "sandbox.stop_at=2", *EVALUATED))
    assert stopped.returncode != 0
    run = place.run(name, name, *EVALUATED)
    steps = [line["step"] for line in run.log.steps()]
    finished = place.launch(run)
    assert finished.returncode == 0, finished.stderr
    return Story(steps, run, finished.stdout)


def weights_of(checkpoint: Path) -> Weights:
    weights: Weights = load_model(str(checkpoint), parrot(), "float32").weights.state_dict()
    return weights


def last_checkpoint(run: RunDirectory) -> Path:
    checkpoint = run.last_checkpoint()
    assert checkpoint is not None
    assert checkpoint.name == f"checkpoint-{NUM_STEPS}"
    return checkpoint


def test_a_sharded_run_goes_on_from_its_checkpoint(story: Story) -> None:
    assert story.steps_when_stopped == [1]
    assert [line["step"] for line in story.run.log.steps()] == [1, 2, 3]
    assert "GRPO  1/3" in story.shown
    assert "GRPO  0/3" not in story.shown
    assert read_json(story.run.summary_path)["splits"].keys() == {"test", "unseen"}


def test_it_trains_as_processes_that_share_nothing(story: Story, unsharded: RunDirectory) -> None:
    comparison = compare_runs(unsharded, story.run)
    assert comparison == RunComparison(NUM_STEPS, None, 0.0)
    norms = [[line["grad_norm"] for line in run.log.steps()] for run in (story.run, unsharded)]
    assert norms[0] == pytest.approx(norms[1], rel=1e-4)
    assert max(norms[0]) > 0.1


def test_an_evaluation_takes_all_weights_and_leaves_them_in_parts(
    story: Story, unsharded: RunDirectory
) -> None:
    """All answers are those of the model, and what it trains is what it would have been."""
    (line,) = story.run.log.evaluations()
    assert (line["step"], line["eval/length"], line["eval/truncated"]) == (2, 8, 0)
    outcomes = read_outcomes(story.run.evaluation_of(2).read_bytes())
    assert [problem.num_judged for problem in outcomes] == [4] * 5
    assert list(unsharded.log.evaluations()) == []


def test_the_checkpoint_holds_whole_weights(story: Story, place: Place) -> None:
    """They are what the parts of the two processes add up to."""
    from deepspeed.utils.zero_to_fp32 import (  # noqa: PLC0415 - slow
        get_fp32_state_dict_from_zero_checkpoint,
    )

    checkpoint = last_checkpoint(story.run)
    parts = get_fp32_state_dict_from_zero_checkpoint(str(checkpoint))
    saved = weights_of(checkpoint)
    assert parts.keys() == saved.keys()
    assert all(torch.equal(parts[name], saved[name]) for name in saved)
    start = weights_of(place.folder / "model")
    assert any(not torch.allclose(start[name], saved[name], atol=1e-4) for name in saved)


def test_it_is_exported_as_whole_weights(story: Story, tmp_path: Path) -> None:
    checkpoint = last_checkpoint(story.run)
    export(Export(story.run, checkpoint, "float32", tmp_path), tmp_path)
    exported, saved = weights_of(tmp_path), weights_of(checkpoint)
    assert exported.keys() == saved.keys()
    assert all(torch.equal(exported[name], saved[name]) for name in saved)


def test_its_weights_are_those_of_the_run_that_shares_nothing(
    story: Story, unsharded: RunDirectory
) -> None:
    found, expected = (weights_of(last_checkpoint(run)) for run in (story.run, unsharded))
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=0, atol=1e-6)


def two(**settings: object) -> HardwareConfig:
    (job,) = compose("train", ["+experiment=tiny"])
    return HardwareConfig(**{**job.config["hardware"], "processes": 2, **settings})


@pytest.mark.parametrize(
    ("variables", "sharding"),
    [
        ({}, None),
        ({"ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2"}, "fsdp2"),
        ({"ACCELERATE_USE_DEEPSPEED": "true", "ACCELERATE_DEEPSPEED_ZERO_STAGE": "3"}, "zero3"),
    ],
)
def test_processes_that_share_something_else_do_not_begin(
    variables: dict[str, str], sharding: str | None
) -> None:
    found = requested(variables)
    check_sharding(found, two(sharding=sharding))
    said = f"hardware.sharding=zero2: this run was started with {sharding or 'null'}; start it"
    with pytest.raises(UserError, match=said):
        check_sharding(found, two(sharding="zero2"))


def test_parts_are_taken_up_by_those_who_saved_them_alone(tmp_path: Path) -> None:
    checkpoints = tmp_path / "checkpoints"
    saved = checkpoints / "checkpoint-1"
    note_layout(two(sharding=None).model_dump(), checkpoints)
    check_layout(two(sharding=None, processes=4).model_dump(), checkpoints, saved)
    note_layout(two(sharding="zero2").model_dump(), checkpoints)
    check_layout(two(sharding="zero2").model_dump(), checkpoints, saved)
    said = r"keep hardware\.processes=2 hardware\.sharding=zero2$"
    for other in (two(sharding="zero2", processes=4), two(sharding="zero3"), two(sharding=None)):
        with pytest.raises(UserError, match=said):
            check_layout(other.model_dump(), checkpoints, saved)
