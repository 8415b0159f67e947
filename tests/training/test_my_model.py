"""A model in a folder, of which `train.py` knows nothing else, trained by adapters."""

import shutil
from collections.abc import Iterator

import pytest
from safetensors.torch import load_file

from tarot.cli.main import main
from tarot.runs import RunDirectory
from tarot.sampling.random_weights import save_random_checkpoint
from tests.sampling.small_models import small
from tests.training.in_process import TINY, run_child

pytestmark = pytest.mark.e2e

ADAPTER = "adapter_model.safetensors"
# Two steps with rewards that differ: for a letter among the random characters.
TYPED = (
    *("train", *TINY, "model=hub", "model.id=my-model", "trainer=lora", "num_generations=4"),
    *("trainer.max_steps=2", "reward.format_pattern='.*[a-z].*'", "trainer.learning_rate=0.1"),
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunDirectory]:
    """What the command makes in a folder that holds the model."""
    folder = tmp_path_factory.mktemp("own")
    save_random_checkpoint(small("tiny"), folder / "my-model")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main([*TYPED, "run_dir=run"]) == 0
        yield RunDirectory.open(folder / "run")


def test_the_config_holds_what_the_model_itself_says(trained: RunDirectory) -> None:
    found = trained.config()["model"]
    assert (found["id"], found["system_role"]) == ("my-model", True)
    expected = small("tiny").architecture.model_dump(exclude={"context_length", "parameters"})
    assert found["architecture"].items() >= expected.items()


def test_the_adapter_alone_is_trained_and_saved(trained: RunDirectory) -> None:
    """It begins with a second matrix of zeros, and the model's folder stays as it was."""
    checkpoint = trained.last_checkpoint()
    assert checkpoint is not None
    weights = load_file(checkpoint / ADAPTER)
    assert all("lora_" in name for name in weights)
    assert all(tensor.any() for name, tensor in weights.items() if "lora_B" in name)
    assert not (checkpoint / "model.safetensors").exists()
    again = trained.path / "again"
    save_random_checkpoint(small("tiny"), again)
    kept = load_file(trained.path.parent / "my-model" / "model.safetensors")
    begun = load_file(again / "model.safetensors")
    assert all(tensor.equal(begun[name]) for name, tensor in kept.items())


def test_a_run_that_was_stopped_goes_on_from_its_checkpoint(trained: RunDirectory) -> None:
    """To the same adapter, to the byte."""
    place = trained.path.parent
    shutil.copytree(trained.path, place / "stopped")
    stopped = RunDirectory.open(place / "stopped")
    shutil.rmtree(stopped.checkpoints_path / "checkpoint-2")
    stopped.summary_path.unlink()
    assert run_child(stopped) == 0
    saved = (run.checkpoints_path / "checkpoint-2" / ADAPTER for run in (trained, stopped))
    first, second = (path.read_bytes() for path in saved)
    assert first == second
