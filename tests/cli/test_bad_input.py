"""Bad input ends the command with exit code 2 and one line that names the key."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

TEST = {"stdin": "1", "expected": "1", "tier": "basic"}
ROW = {"id": "a", "statement": "Print it.", "tests": [TEST], "reference": None}


def one_line(result: "subprocess.CompletedProcess[str]") -> str:
    assert result.returncode == 2, result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr.rstrip()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("modle=tiny", "modle: no such key; did you mean model?"),
        ("model.idd=x", "model.idd: no such key; did you mean id?"),
        ("hardware.vllm={mod:server}", "hardware.vllm.mod: no such key; did you mean mode?"),
        ("sandbox.slot=2", "sandbox.slot: LocalSandbox has no such key; did you mean slots?"),
        (
            "trainer.learning_rtae=1e-6",
            "trainer.learning_rtae: GRPOConfig has no such field; did you mean learning_rate?",
        ),
        (
            "prompt.format_pattern=x+*",
            'prompt.format_pattern: "x+*" is no regular expression',
        ),
        ("seed=many", 'seed: "many" should be a valid integer'),
        ("trainer.beta=small", 'trainer.beta: "small" should be float'),
        (
            "trainer.multi_objective_aggregation=normalize_then_sum",
            "trainer.multi_objective_aggregation: the framework sets this field of GRPOConfig; "
            "set reward.aggregate instead",
        ),
        (
            "reward.aggregate=decoupled trainer.scale_rewards=none",
            "trainer.scale_rewards=none: with reward.aggregate=decoupled every part is scaled",
        ),
        ("reward.aggregate=each", 'reward.aggregate: "each" should be'),
        ("data=jsonl", "data.path: missing; give data.path=…"),
        ("model=qwen9", "model=qwen9: no such option; did you mean qwen3-4b?"),
        ("+experiment=xyz", "experiment=xyz: no such option; choose from bench, demo, gpu_check"),
        ("seed=[1", "seed=[1: "),
        ("seed", "seed: "),
        ("--frobnicate", "unrecognized arguments: --frobnicate"),
        ("seed=${sed}", "seed: Interpolation key 'sed' not found"),
        ("num_generations=1", "num_generations: 1 should be greater than or equal to 2"),
        ("problems_per_step=3", "problems_per_step=3 x num_generations=2 = 6 completions do not"),
        ("hardware=gpu8_80gb num_generations=14", "hardware.gpus=8 with 80 GB each: this machine"),
        ("model.source=hub model.id=./none", "model.id=./none: no folder with a config.json"),
    ],
)
def test_a_bad_argument_is_one_line(typed: Cli, arguments: str, line: str) -> None:
    result = typed("train", "+experiment=tiny", *arguments.split())
    assert one_line(result).startswith(line)


def test_a_model_that_cannot_be_had_is_one_line(cli: Cli) -> None:
    result = cli("train", "+experiment=tiny", "model.source=hub", "model.id=a/b")
    assert one_line(result).startswith("model.id=a/b: not in the local cache, and the hub")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, "data.path: problems.jsonl: no such file"),
        ("", "data.path: problems.jsonl: the file is empty"),
        (json.dumps(ROW) + "\n{oops\n", "data: problems.jsonl:2: not JSON"),
        (json.dumps({**ROW, "statement": None}), "data: problems.jsonl:1: statement"),
        ('{"id": "a", "tests": []}', "data: problems.jsonl:1: statement: missing"),
        (json.dumps({**ROW, "tests": []}), "data: problems.jsonl:1: tests: a suite without tests"),
    ],
    ids=["missing", "empty", "not JSON", "wrong type", "lacks a column", "no tests"],
)
def test_a_bad_data_file_is_one_line(
    typed: Cli, tmp_path: Path, text: str | None, line: str
) -> None:
    if text is not None:
        (tmp_path / "problems.jsonl").write_text(text)
    result = typed("train", "+experiment=tiny", "data=jsonl", "data.path=problems.jsonl")
    assert one_line(result).startswith(line)


@pytest.mark.parametrize(
    ("yaml", "line"),
    [
        ("evaluation: {problem: 3}", "evaluation.problem: no such key; did you mean problems?"),
        ("trainer: {max_step: 3}", "trainer.max_step: GRPOConfig has no such field; did you mean"),
        ("seed: [1, 2", "own.yaml:3: "),
        ("defaults: [{override /model: gpt}]", "model=gpt: no such option; choose from gemma2-2b"),
    ],
    ids=["unknown key", "unknown field", "no YAML", "unknown option"],
)
def test_a_bad_yaml_file_is_one_line(typed: Cli, tmp_path: Path, yaml: str, line: str) -> None:
    folder = tmp_path / "mine" / "experiment"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text(f"# @package _global_\n{yaml}\n")
    result = typed(
        "train", "--config-dir", "mine", "hardware=cpu", "data=starter", "+experiment=own"
    )
    assert line in one_line(result)


def test_every_job_of_a_sweep_is_checked_before_the_first_starts(
    typed: Cli, tmp_path: Path
) -> None:
    result = typed("train", "-m", "+experiment=tiny", "problems_per_step=2,3")
    assert one_line(result).startswith("problems_per_step=3")
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_without_the_gpus_names_what_is_missing_and_the_demo(cli: Cli) -> None:
    result = cli("train", "model=qwen2.5-coder-7b", "curriculum=adaptive", "-m")
    assert one_line(result) == (
        "hardware.gpus=8 with 80 GB each: this machine has none; "
        "try 'python train.py +experiment=demo'"
    )


def test_a_sweep_over_nothing_is_an_error(typed: Cli) -> None:
    line = one_line(typed("train", "-m", "+experiment=glob(nothing*)"))
    assert line.startswith("-m: no job to run")


def test_an_unknown_verb_is_one_line(cli: Cli) -> None:
    assert one_line(cli("trian")) == "trian: no such verb; did you mean train?"
