"""`tarot bench what=trainer`, with runs that are scripted: what it shows, writes and refuses."""

import json
from pathlib import Path

import pytest

from tarot.cli.main import main

LAUNCHER = "launcher._target_=tests.bench.scripted_launcher.ScriptedLauncher"


def bench(*arguments: str, state: str = "finished") -> int:
    scripted = (LAUNCHER, "launcher.seconds={ours: 2.0, bare: 1.5}", f"launcher.state={state}")
    return main(["bench", "what=trainer", *scripted, "trainer.max_steps=5", *arguments])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pairs_become_figures_and_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Steps of 2 s and of 1.5 s; each has two completions of eight tokens."""
    assert bench("pairs=3", "out=figures.json") == 0

    figures = json.loads((folder / "figures.json").read_text())
    assert figures["ratios"] == 3 * [{"throughput": 0.75, "cpu": 0.75, "same": True}]
    assert [pair["ours"]["num_steps"] for pair in figures["pairs"]] == [3, 3, 3]
    assert figures["pairs"][0]["bare"]["tokens_by_step"] == {str(n): 16 for n in range(1, 6)}
    shown = capsys.readouterr().out
    assert "30.0 (30.0 to 30.0)" in shown
    assert "40.0 (40.0 to 40.0)" in shown
    assert "0.750 (0.750 to 0.750)" in shown
    assert "at least 0.97" in shown
    assert "in 3 of 3 pairs" in shown


def test_the_runs_of_a_bench_are_not_kept(folder: Path) -> None:
    assert bench("pairs=1") == 0
    assert list((folder / "runs").iterdir()) == []


@pytest.mark.parametrize(
    ("state", "code", "line"),
    [
        ("refused", 2, "model.id: gone; choose another"),
        ("failed", 1, "one of the two runs ended with exit code 1: OSError: no space left"),
        ("interrupted", 130, ""),
    ],
)
def test_a_run_that_does_not_finish_ends_the_bench_in_its_way(
    state: str, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(state=state) == code
    assert (capsys.readouterr().err.splitlines() or [""])[-1] == line


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ("trainer.max_steps=2", "trainer.max_steps=2: give at least 3 steps"),
        ("trainer.num_iterations=2", "trainer.num_iterations=2: each step generates; set it to 1"),
        (
            "trainer.steps_per_generation=4",
            "trainer.steps_per_generation=4: each step generates; leave it out",
        ),
        ("trainer.logging_steps=5", "trainer.logging_steps=5: tokens are read of each step"),
        ("filter=[0.1,0.9]", "filter: TRL alone has nothing like it; set filter=null"),
        ("dynamic_sampling={max_batches: 2}", "dynamic_sampling: TRL alone has nothing like it"),
        (
            "eval={every: 2, problems: 1, samples: 1, seed: 0}",
            "eval: TRL alone has nothing like it; set eval=null",
        ),
        ("hardware.processes=2", "hardware.processes=2: one process is measured"),
        ("tracker=tensorboard", "tracker: TRL alone is measured without; set tracker=none"),
        ("hub={push: true, id: a/b, private: true}", "hub.push: what a bench trains"),
        (
            "hardware.vllm={mode: server, gpus: 1, tensor_parallel: 1, gpu_memory_utilization: 1}",
            "hardware.vllm.mode=server: one process is measured",
        ),
        ("pairs=0", "pairs: 0 should be greater than 0"),
        ("out=nowhere/figures.json", "out: nowhere/figures.json: its folder does not exist"),
        ("reward=tiered", "reward."),
    ],
)
def test_what_could_not_be_compared_is_one_line(
    argument: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(argument) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(line)


@pytest.mark.parametrize("launcher", ["accelerate", "slurm", "dstack"])
def test_only_a_plain_process_is_measured(
    launcher: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "what=trainer", f"launcher={launcher}"]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.endswith("Launcher: a plain process is measured; set launcher=local")


def test_a_subject_that_there_is_not_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "what=trainr"]) == 2
    assert capsys.readouterr().err == "what: trainr: no such subject; did you mean trainer?\n"


def test_the_help_of_each_subject_names_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--help"]) == 0
    assert "tarot bench what=trainer" in capsys.readouterr().out
    assert main(["bench", "what=trainer", "--help"]) == 0
    assert "what=sandbox" in capsys.readouterr().out


def test_without_a_gpu_the_check_of_one_says_so_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert main(["bench", "what=trainer", "+experiment=gpu_check"]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("hardware.gpus=1 with 24 GB each: this machine has none")
