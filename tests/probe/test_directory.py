"""What the cache of probes hangs on."""

from pathlib import Path

import pytest

from tarot.cli.composition import compose
from tarot.cli.planning import plan_run
from tarot.probe.directory import Probe, num_problems, num_samples
from tarot.runs import RunDirectory

TINY = ("+experiment=tiny", "dry_run=true")


def folder_of(*overrides: str) -> Path:
    (job,) = compose("train", [*TINY, *overrides])
    planned = plan_run(job.config)
    return Probe.of(planned.settings, planned.data_fingerprint).directory.path


@pytest.mark.parametrize(
    "change",
    [
        "model.architecture.layers=3",
        "model.revision=main",
        "hardware.autocast=bfloat16",
        "cold_start={problems: 4, epochs: 1, batch_size: 2, learning_rate: 1e-3, seed: 0}",
        "prompt.system=Write Python.",
        "max_prompt_tokens=512",
        "data.seed=1",
        "trainer.temperature=0.5",
        "trainer.min_p=0.1",
        "trainer.max_completion_length=17",
        "grading.comparator=published",
        "grading.limits.cpu_s=1.5",
        "probe.problems=3",
        "probe.seed=1",
        "num_generations=4",  # twice as many samples
        "filter=[0.1,0.9]",  # for which every problem is measured
    ],
)
def test_what_its_outcomes_depend_on_makes_another_folder(change: str) -> None:
    assert folder_of(change) != folder_of()


@pytest.mark.parametrize(
    "change",
    [
        "seed=7",
        "curriculum=average",
        "trainer.learning_rate=1e-5",
        "trainer.max_steps=9",
        "grading.max_unjudged_share=0.5",
        "hardware.threads=2",
        "evaluation.batch_size=8",
        "probe.samples=4",  # what two groups of two make
        "runs_dir=elsewhere",
    ],
)
def test_what_comes_after_it_does_not(change: str) -> None:
    assert folder_of(change) == folder_of()


def test_the_bounds_of_a_filter_are_not_in_it() -> None:
    assert folder_of("filter=[0.1,0.9]") == folder_of("filter=[0.2,0.8]", "filter_by=tiers")


def test_weights_that_change_in_a_folder_make_another(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"before")
    of_model = ("model.source=hub", f"model.id={tmp_path}")
    before = folder_of(*of_model)
    weights.write_bytes(b"and after")
    assert folder_of(*of_model) != before


def test_the_process_that_measures_is_alone_and_needs_no_server_of_vllm(tmp_path: Path) -> None:
    (job,) = compose("probe", ["hardware=gpu8_80gb", "model=qwen2.5-7b"])
    Probe(RunDirectory(tmp_path)).prepare(job.config, "the hash of the data")
    hardware = job.config["hardware"]
    assert hardware["vllm"]["mode"] == "server"
    alone = {**hardware["vllm"], "mode": "colocate", "gpus": 0}
    assert RunDirectory(tmp_path).config()["hardware"] == {
        **hardware,
        **{"processes": 1, "sharding": None, "vllm": alone},
    }


def test_samples_are_two_groups_and_problems_as_given_unless_a_filter_needs_all() -> None:
    (job,) = compose("train", [*TINY, "num_generations=8", "probe.problems=5"])
    settings = plan_run(job.config).settings
    assert (num_samples(settings), num_problems(settings)) == (16, 5)
    (job,) = compose("train", [*TINY, "probe.samples=3", "filter=[0,1]"])
    settings = plan_run(job.config).settings
    assert (num_samples(settings), num_problems(settings)) == (3, None)


def test_it_is_made_by_one_process_of_one_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path))
    several = ("hardware.nodes=2", "hardware.processes=2", "hardware.per_device_batch_size=2")
    (job,) = compose("train", [*TINY, *several])
    planned = plan_run(job.config)
    probe = Probe.of(planned.settings, planned.data_fingerprint)
    probe.prepare(planned.config, planned.data_fingerprint)
    hardware = probe.directory.config()["hardware"]
    assert (hardware["nodes"], hardware["processes"]) == (1, 1)
