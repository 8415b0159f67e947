"""Completions drawn by vLLM itself, in an environment of its own: `make vllm-check`."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tarot.capability import read_outcomes
from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.config.sampling import SamplingSettings
from tarot.config.schema import RunConfig
from tarot.config.vllm import context_length
from tarot.evaluation import read_scores
from tarot.prompts import Message
from tarot.sampling import Completion, Sampler
from tests.sampling.parrot import save_parrot

pytestmark = pytest.mark.vllm

PROMPTS: list[list[Message]] = [[Message(role="user", content="x" * length)] for length in (40, 3)]


@pytest.fixture(scope="module")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> Sampler:
    """A model that answers print(7) or print(8), each as often."""
    from tarot.sampling.vllm_engine import VllmEngine  # noqa: PLC0415 - not installed everywhere

    folder = tmp_path_factory.mktemp("models") / "parrot"
    save_parrot(folder, "print(7)", "print(8)")
    (job,) = compose("train", ["+experiment=tiny", f"model.id={folder}", "model.source=hub"])
    config = RunConfig.model_validate(job.config)
    settings = (config.model, config.hardware.dtype, context_length(config), config.seed)
    return VllmEngine(str(folder), *settings).sample


def drawn(
    sampler: Sampler, max_new_tokens: int = 12, seed: int = 0
) -> Sequence[Sequence[Completion]]:
    settings = SamplingSettings(1.0, 1.0, 0, max_new_tokens, batch_size=4)
    return sampler(PROMPTS, 16, settings, seed, lambda done: None)


def test_completions_are_those_of_the_model_without_its_end(sampler: Sampler) -> None:
    for completions in drawn(sampler):
        assert len(completions) == 16
        assert {one.text for one in completions} == {"print(7)", "print(8)"}
        assert {(one.num_tokens, one.truncated) for one in completions} == {(8, False)}


def test_a_completion_at_its_limit_is_cut_off(sampler: Sampler) -> None:
    for completions in drawn(sampler, max_new_tokens=4):
        assert {(one.text, one.num_tokens, one.truncated) for one in completions} == {
            ("prin", 4, True)
        }


def test_the_seed_decides(sampler: Sampler) -> None:
    assert drawn(sampler) == drawn(sampler)
    assert drawn(sampler) != drawn(sampler, seed=1000)


def test_our_own_benchmark_takes_vllm_where_the_hardware_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    node = "{mode: colocate, gpus: 0, tensor_parallel: 1, gpu_memory_utilization: 0.3}"
    sizes = ("benchmark.tiers.problems=2", "benchmark.tiers.samples=3")
    arguments = ["benchmark=tiers", "model=tiny", "hardware=cpu", f"hardware.vllm={node}", *sizes]
    assert main(["evaluate", *arguments, "benchmark.tiers.sampling.max_new_tokens=16"]) == 0
    (folder,) = (tmp_path / "evaluations").iterdir()
    (score,) = read_scores(folder)["tiers"]
    assert (score.num_problems, score.num_samples) == (2, 3)
    assert score.inputs["settings"]["sampler"] == "vllm"


def test_a_probe_takes_vllm_where_the_hardware_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "cache"))
    node = "{mode: colocate, gpus: 0, tensor_parallel: 1, gpu_memory_utilization: 0.3}"
    probe = ["probe", "+experiment=tiny", "probe.problems=2", "probe.samples=5"]
    assert main([*probe, f"hardware.vllm={node}"]) == 0
    (file,) = (tmp_path / "cache" / "probes").glob("*/outcomes/probe.json")
    assert [found.num_judged for found in read_outcomes(file.read_bytes())] == [5, 5]
    assert "tiny on 2 training problems" in capfd.readouterr().out
