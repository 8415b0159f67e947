"""A run that trains adapters: what it saves, how it goes on, and what stays as it was."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from peft import PeftModel, get_peft_model
from trl.distributed import DistributedBackend
from trl.generation.vllm_generation import VLLMGeneration

from tarot.cli.main import main
from tarot.config.sampling import SamplingSettings
from tarot.config.schema import ColdStartConfig, LoraConfig, RunConfig
from tarot.evaluation import read_scores
from tarot.prompts import Message
from tarot.runs import RunDirectory, mark_complete, read_json
from tarot.runs.exports import RECORD, Export
from tarot.sampling import LoadedModel, load_model, local_checkpoint, sample
from tarot.training.adapters import merged_parameters, peft_config
from tarot.training.child import train
from tarot.training.context import opened
from tarot.training.exporting import base_of, export
from tarot.training.loading import checkpoint_of, load
from tarot.training.optimization import optimize
from tarot.training.preliminaries import choose_policy
from tarot.training.stopping import StopRequest
from tarot.types import UserError
from tests.sampling.small_models import load_plainly, small
from tests.training.in_process import prepared, signals_kept

pytestmark = pytest.mark.e2e

PROMPTS = [[Message(role="user", content="x" * length)] for length in (3, 20, 40)]
GREEDY = SamplingSettings(temperature=0.0, top_p=1.0, top_k=0, max_new_tokens=24, batch_size=4)


@dataclass(frozen=True)
class Trained:
    """A run of two steps, the checkpoint that it began with, and its model as training left it."""

    run: RunDirectory
    start: str
    model: LoadedModel


def run_in(folder: Path) -> RunDirectory:
    """Two steps with rewards that differ: for a letter among the random characters."""
    return prepared(
        *("trainer=lora", f"run_dir={folder}", "num_generations=4", "trainer.max_steps=2"),
        *("reward.format_pattern='.*[a-z].*'", "trainer.learning_rate=0.1", "lora.r=4"),
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    run = run_in(tmp_path_factory.mktemp("adapters") / "run")
    with signals_kept(), opened(run, StopRequest()) as context:
        start = checkpoint_of(context)
        loaded = load(context, start)
        optimize(context, loaded, choose_policy(context), None, lambda line: None)
        yield Trained(run, start, loaded)


def texts(model: LoadedModel) -> list[str]:
    return [drawn[0].text for drawn in sample(model, PROMPTS, 1, GREEDY, seed=0)]


def of_last(trained: Trained, dtype: str, folder: Path) -> Export:
    checkpoint = trained.run.last_checkpoint()
    assert checkpoint is not None
    return Export(trained.run, checkpoint, dtype, folder)


def begun(trained: Trained) -> LoadedModel:
    return load_model(trained.start, small("tiny"), "float32")


def test_the_adapter_alone_is_saved(trained: Trained) -> None:
    checkpoint = trained.run.last_checkpoint()
    assert checkpoint is not None
    assert checkpoint.name == "checkpoint-2"
    assert (checkpoint / "adapter_model.safetensors").exists()
    assert not (checkpoint / "model.safetensors").exists()


def test_it_names_the_folder_of_its_base_without_which_a_push_is_no_use(trained: Trained) -> None:
    """As it does after a cold start, which is a folder too."""
    config = read_json(trained.run.path / "checkpoints/checkpoint-2/adapter_config.json")
    assert Path(trained.start).is_dir()
    assert config["base_model_name_or_path"] == trained.start


def test_merged_into_the_weights_it_is_the_model_that_was_trained(trained: Trained) -> None:
    start = begun(trained)
    before = texts(start)
    adapter = PeftModel.from_pretrained(start.weights, trained.run.last_checkpoint())
    merged = LoadedModel(adapter.merge_and_unload(), start.tokenizer)
    assert texts(merged) == texts(trained.model)
    assert texts(merged) != before


def test_exported_it_is_merged_and_checked(trained: Trained, tmp_path: Path) -> None:
    folder = tmp_path / "merged"
    export(of_last(trained, "float32", folder), folder)
    record = read_json(folder / RECORD)
    assert (record["prompts"], record["same"], record["dtype"]) == (4, 4, "float32")
    assert not (folder / "adapter_config.json").exists()
    merged = load_plainly(folder)
    assert texts(merged) == texts(trained.model)
    assert texts(merged) != texts(begun(trained))
    card = (folder / "README.md").read_text()
    assert "; what was trained is a LoRA adapter of rank 4, merged here." in card
    assert "The run was not finished, so nothing else was measured." in card
    assert "library_name: transformers" in card


def test_rounded_it_is_held_to_the_rounded_weights(trained: Trained, tmp_path: Path) -> None:
    job = of_last(trained, "bfloat16", tmp_path)
    export(job, tmp_path)
    found = load_plainly(tmp_path).weights
    assert found.dtype == torch.bfloat16
    adapter = PeftModel.from_pretrained(begun(trained).weights, job.checkpoint)
    for name, exact in adapter.merge_and_unload().state_dict().items():
        torch.testing.assert_close(found.state_dict()[name].float(), exact, rtol=0.02, atol=1e-3)
    assert read_json(tmp_path / RECORD)["prompts"] == 4


def test_adapters_that_do_not_survive_the_merge_leave_no_folder(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of the head, whose weights are those of the embeddings too, change both in a merge."""
    run = run_in(tmp_path / "run")
    checkpoint = run.checkpoints_path / "checkpoint-1"
    settings = LoraConfig(r=4, alpha=64, dropout=0.0, target_modules=["lm_head"])
    start = begun(trained)
    adapted = get_peft_model(start.weights, peft_config(settings, start.weights))
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_B" in name:
                parameter.normal_(generator=torch.Generator().manual_seed(0))
    adapted.save_pretrained(checkpoint)
    mark_complete(checkpoint)
    assert main(["export", f"run={run.path}", f"out={tmp_path}/merged"]) == 1
    line = capsys.readouterr().err.splitlines()[-1]  # after what PEFT says of such adapters here
    assert line.startswith("the export ended with exit code 1: the adapters, merged, do not answer")
    assert line.endswith("; nothing was exported")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_adapters_without_their_cold_start_are_not_merged(trained: Trained) -> None:
    config = RunConfig.model_validate(trained.run.config())
    settings = ColdStartConfig(problems=4, epochs=1, batch_size=2, learning_rate=1e-3, seed=9)
    cold = config.model_copy(update={"cold_start": settings})
    assert base_of(trained.run, config) == trained.start
    with pytest.raises(UserError, match="belong to a cold start, which is not in the cache at"):
        base_of(trained.run, cold)


@pytest.mark.soak
def test_evaluated_it_is_merged_in_the_cache(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [f"checkpoint={trained.run.path}", "benchmark=tiers", "hardware=cpu", "debug=true"]
    assert main(["evaluate", *arguments]) == 0
    assert "tiers: " in capsys.readouterr().out
    (score,) = read_scores(trained.run.path / "debug")["tiers"]
    weights = load_plainly(Path(score.inputs["checkpoint"]["path"]))
    assert texts(weights) == texts(trained.model)
    assert score.inputs["checkpoint"]["step"] == 2


def test_the_weights_themselves_stay(trained: Trained) -> None:
    start = begun(trained).weights.state_dict()
    found = {
        name.replace(".base_layer", ""): tensor
        for name, tensor in trained.model.weights.state_dict().items()
        if "lora_" not in name
    }
    assert found.keys() == start.keys()
    assert all(torch.equal(found[name], start[name]) for name in start)


def test_a_run_of_adapters_goes_on_where_it_stopped(trained: Trained, tmp_path: Path) -> None:
    run = run_in(tmp_path / "run")
    first = "checkpoints/checkpoint-1"
    shutil.copytree(trained.run.path / first, run.path / first)
    with signals_kept():
        train(run, StopRequest())
    assert [line["step"] for line in run.log.lines()] == [2]
    saved = "checkpoints/checkpoint-2/adapter_model.safetensors"
    assert (run.path / saved).read_bytes() == (trained.run.path / saved).read_bytes()
    assert run.summary_path.exists()


@pytest.fixture
def adapted() -> PeftModel:
    """A model in bfloat16, with adapters that have been trained somewhat."""
    model = load_model(local_checkpoint(small("tiny")), small("tiny"), "bfloat16").weights
    settings = LoraConfig(r=4, alpha=8, dropout=0.0, target_modules=None)
    found = get_peft_model(model, peft_config(settings, model))
    torch.manual_seed(0)
    for name, weight in found.named_parameters():
        if "lora_B" in name:
            weight.data.normal_(0, 0.01)
    return found


def kept(model: PeftModel) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


def generation(model: PeftModel) -> VLLMGeneration:
    """TRL's own, as far as it hands over weights: no engine is started."""
    found = VLLMGeneration.__new__(VLLMGeneration)
    found.model = model
    found._dist = DistributedBackend(Accelerator(cpu=True))
    return found


def by_trl(model: PeftModel) -> dict[str, torch.Tensor]:
    found = generation(model)._iter_named_params()
    return {name: weight.clone() for name, weight in found}


def test_vllm_is_handed_what_trl_would_merge_and_the_weights_stay(adapted: PeftModel) -> None:
    before = kept(adapted)
    handed = dict(merged_parameters(generation(adapted)))
    after = kept(adapted)
    assert all(torch.equal(after[name], weight) for name, weight in before.items())
    expected = by_trl(adapted)
    assert list(handed) == list(expected)
    assert all(torch.equal(handed[name], weight) for name, weight in expected.items())
    plain = load_model(local_checkpoint(small("tiny")), small("tiny"), "bfloat16").weights
    assert handed.keys() == dict(plain.named_parameters()).keys()


def test_what_trl_does_itself_moves_frozen_weights(adapted: PeftModel) -> None:
    """Once it does not, `merged_parameters` is not needed any more."""
    before = kept(adapted)
    by_trl(adapted)
    assert any(not torch.equal(weight, before[name]) for name, weight in kept(adapted).items())


def test_a_target_that_the_model_lacks_is_an_error(trained: Trained) -> None:
    weights = begun(trained).weights
    settings = LoraConfig(r=4, alpha=8, dropout=0.0, target_modules=["q_proj", "q_prj"])
    with pytest.raises(UserError, match=r"no linear layer q_prj; did you mean q_proj\?$"):
        peft_config(settings, weights)
