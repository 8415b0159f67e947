"""`tarot plan` with settings of train, on a machine that has nothing of what they ask for."""

import json
from pathlib import Path

import pytest

from tarot.cli.main import main

ROW = {"statement": "Print 1.", "reference": None}
TEST = {"stdin": "", "expected": "1", "tier": "basic"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[list[str]]:
    """The words of each line that the command prints."""
    assert main(["plan", *arguments]) == 0
    written = capsys.readouterr()
    assert written.err == ""
    return [line.split() for line in written.out.splitlines()]


def test_the_published_schedule_in_steps_with_its_ceilings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of ten steps, two are in each of the first three phases."""
    lines = shown(capsys, "curriculum=forward_ce", "reward=published", "trainer.max_steps=10")
    assert "64 problems x 7 completions = 448 = 7 processes x 2 x 32" in " ".join(lines[2])
    assert ["steps", "10,", "as", "trainer.max_steps", "says"] in lines
    assert ["progress", "0-20%", "20-40%", "40-60%", "60-100%"] in lines
    assert ["steps", "1-2", "3-4", "5-6", "7-10"] in lines
    assert ["0.15", "0.3", "0.65", "1"] in [line[4::2] for line in lines if line[:1] == ["code"]]
    assert list(folder.iterdir()) == []


def test_epochs_move_the_boundaries_in_steps_and_not_in_progress(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten problems, two a step: five steps an epoch, and 15 in three; 0.2 is at the fourth."""
    rows = [json.dumps({"id": f"p{n}", **ROW, "tests": [TEST]}) for n in range(10)]
    (folder / "data.jsonl").write_text("\n".join(rows))
    data = ("data=jsonl", "data.path=data.jsonl", "data.dev_share=0.0", "data.test_share=0.0")
    own = ("trainer.max_steps=-1", "trainer.num_train_epochs=3", "curriculum=forward_ce")
    lines = shown(capsys, "+experiment=tiny", *data, *own)
    assert ["steps", "1-3", "4-6", "7-9", "10-15"] in lines
    assert ["progress", "0-20%", "20-40%", "40-60%", "60-100%"] in lines


def test_with_a_filter_the_steps_of_epochs_are_not_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """24 problems, two a step: 12 steps an epoch."""
    starter = ("+experiment=tiny", "trainer.max_steps=-1", "trainer.num_train_epochs=1")
    lines = shown(
        capsys, *starter, "data.num_problems=24", "curriculum=forward_ce", "filter=[0.1,0.9]"
    )
    length, *_ = [" ".join(line) for line in lines if line[:1] == ["steps"]]
    assert length.startswith("steps at most 12 = ")
    assert length.endswith(", less what the filter leaves out")
    assert ["steps", "-", "-", "-", "-"] in lines
    assert ["progress", "0-20%", "20-40%", "40-60%", "60-100%"] in lines


def test_without_the_data_the_plan_is_in_progress_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = shown(capsys, "curriculum=average")
    assert ["steps", "not", "known", "without", "the", "data:"] in [line[:6] for line in lines]
    assert ["steps", "-"] in lines
    assert ["progress", "0-100%"] in lines


def test_an_adaptive_curriculum_is_decided_at_start_between_those_of_its_order(
    capsys: pytest.CaptureFixture[str],
) -> None:
    order = ("curriculum.hardest_first=[reversed_ce,average]", "curriculum.fallback=basic_only")
    lines = shown(capsys, "+experiment=demo", *order)
    titles = [line[-1] for line in lines if line[:3] == ["decided", "at", "start;"]]
    assert titles == ["reversed_ce", "average", "basic_only"]


@pytest.mark.parametrize(
    ("curriculum", "start"),
    [
        ("mastery", "basic 0.25"),
        ("bandit", "basic 0.25, intermediate 0.25, complex 0.25, edge 0.25"),
    ],
)
def test_an_on_line_curriculum_has_no_schedule_but_a_start(
    capsys: pytest.CaptureFixture[str], curriculum: str, start: str
) -> None:
    lines = shown(capsys, "+experiment=demo", f"curriculum={curriculum}")
    said = f"curriculum decided on line; it starts with {start}".split()
    assert lines[-1] == said
    assert main(["train", "+experiment=demo", f"curriculum={curriculum}", "dry_run=true"]) == 0
    assert said in [line.split() for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("settings", "row", "is_warned"),
    [
        # 256 completions x 4096 tokens at 10,000 a second on one GPU are 104.9 s. A step's 448 take
        # 183.5 s, and their training 302 s on seven: 104.9 / (104.9 + 50 x 485.5).
        (
            ("curriculum=average", "rates.generated_tokens_per_s=10000", "trainer.max_steps=230"),
            "eval 256 completions after every 50 steps, 4 in all: about 1.7 min each, 0.4% of",
            False,
        ),
        (
            ("+experiment=tiny",),
            "eval none while training: 2 steps are fewer than eval.every",
            False,
        ),
        # 8 completions beside 4 of each of two steps.
        (
            ("+experiment=tiny", "eval={every: 2, problems: 4, samples: 2, seed: 0}"),
            "eval 8 completions after every 2 steps, 1 in all: at most 50.0% of the time, by what",
            True,
        ),
    ],
)
def test_the_evaluations_while_training_are_reckoned(
    capsys: pytest.CaptureFixture[str], settings: tuple[str, ...], row: str, is_warned: bool
) -> None:
    lines = [" ".join(line) for line in shown(capsys, *settings)]
    assert any(line.startswith(row) for line in lines), lines
    warning = "warning eval may take more than 5% of the time; raise eval.every, or lower"
    assert any(line.startswith(warning) for line in lines) == is_warned


@pytest.mark.parametrize("off", ["eval=null", "eval.every=null"])
def test_a_run_without_evaluations_has_no_row_of_them(
    capsys: pytest.CaptureFixture[str], off: str
) -> None:
    lines = shown(capsys, "+experiment=tiny", off)
    assert [line for line in lines if line[:1] == ["eval"]] == []


def test_the_directory_is_that_of_the_run_itself(capsys: pytest.CaptureFixture[str]) -> None:
    settings = ("+experiment=demo", "curriculum=forward_ce", "seed=5")
    planned = shown(capsys, *settings)
    assert main(["train", *settings, "dry_run=true"]) == 0
    dry = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert planned[:4] == dry[:4]
    assert planned[0][0] == "directory"


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ("modle=tiny", "modle: no such key; did you mean model?"),
        ("trainer.max_step=3", "trainer.max_step: GRPOConfig has no such field; did you mean"),
        ("problems_per_step=3", "problems_per_step=3 x num_generations=7 = 21 completions do not"),
        ("curriculum=avrage", "curriculum=avrage: no such option; did you mean average?"),
    ],
)
def test_bad_input_is_one_line(
    capsys: pytest.CaptureFixture[str], argument: str, line: str
) -> None:
    code, error = main(["plan", argument]), capsys.readouterr().err
    assert (code, error.count("\n")) == (2, 1)
    assert error.startswith(line)


def test_a_plan_says_what_the_run_takes(capsys: pytest.CaptureFixture[str]) -> None:
    """240 problems of 4 tests, 64 a step: 3 steps of 448 completions, up to 4096 tokens each.

    Evaluations are of (48 + 16) x 4 completions, twice.
    """
    given = ("data=starter", "curriculum=average", "rates.generated_tokens_per_s=2048")
    text = [" ".join(line) for line in shown(capsys, *given)]
    for row in (
        "completions 1,344 in all, 448 a step; 512 more to evaluate",
        "programs 5,376 in all, 1,792 a step, at 4 tests a problem",
    ):
        assert row in text
    rows = "\n".join(text)
    assert "tokens generated 5.51 million in all, 1.84 million a step; trained on 6.88" in rows
    assert "memory a GPU about 39.3 of 80 GB = weights 15.2, gradients 2.2, AdamW 13.1" in rows
    assert "vLLM on GPUs of its own, 55.3 GB of keys and values a copy: 188 sequences" in rows
    assert "generation 44.8 min, programs 53.8 s, training 15.1 min" in rows
    assert "USD = 8 GPUs x 2 USD an hour" in rows
    assert "can't work" not in rows


def test_a_cloud_is_asked_for_sandboxes_within_its_limits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each of seven processes has two of the twenty, with two programs at once."""
    given = ("data=starter", "curriculum=average", "hardware=gpu8_80gb")
    price = "sandbox.usd_per_sandbox_hour=0.109"
    lines = shown(capsys, *given, "sandbox=e2b", price)
    text = "\n".join(" ".join(line) for line in lines)
    assert "sandbox load about 0.9 sandbox hours in all, 42 creations for 14 at once, 1,083" in text
    assert "\nsandbox cost about 0.10 USD = 0.9 hours x 0.109 USD\n" in text
    assert (
        "\nsandboxes up to 14 at once for 28 programs, created in 14.0 s at 1 a second; replaced "
        "every 55.0 min, 0.0042 a second; ended when idle 1.0 min\n"
    ) in text
    assert not [line for line in shown(capsys, *given) if line[:1] == ["sandboxes"]]


def test_a_run_without_a_step_takes_no_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten problems, less those held out, are fewer than 64."""
    given = ("data=starter", "data.num_problems=10", "curriculum=average")
    text = "\n".join(" ".join(line) for line in shown(capsys, *given))
    assert "steps none: " in text
    assert "time about 0.0 s in all, " in text
    assert "cost about 0.00 USD = " in text


def test_of_a_gpu_of_unknown_size_vllm_has_a_share(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("data=starter", "curriculum=average", "hardware.gpu_memory_gb=null")
    for hardware, size in (
        ("gpu8_80gb_colocate", "43.1 GB beside vLLM's 30% of the GPU = weights 15.2,"),
        ("gpu8_80gb", "39.3 GB = weights 15.2,"),
    ):
        lines = shown(capsys, *given, f"hardware={hardware}")
        text = "\n".join(" ".join(line) for line in lines)
        assert f"memory a GPU about {size}" in text


def test_a_dry_run_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    settings = ("data=starter", "curriculum=average")
    planned = shown(capsys, *settings)
    assert main(["train", *settings, "dry_run=true"]) == 0
    dry = [line.split() for line in capsys.readouterr().out.splitlines()]
    end = planned.index([])
    assert planned[end - 1][0] == "assumed"
    assert planned[:end] == dry[:end]


def test_what_cannot_work_is_a_line_of_a_plan_and_an_error_of_a_start(
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = ("data=starter", "hardware=gpu1_24gb")
    text = "\n".join(" ".join(line) for line in shown(capsys, *settings))
    assert "can't work hardware.gpu_memory_gb=24: training Qwen/Qwen2.5-Coder-7B" in text
    assert main(["train", *settings]) == 2
    written = capsys.readouterr()
    assert (written.out, written.err.count("\n")) == ("", 1)
    assert written.err.startswith("hardware.gpu_memory_gb=24: training Qwen/Qwen2.5-Coder-7B")


def test_several_machines_need_a_launcher_that_starts_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Or the address of the first, for one who starts each by hand."""
    settings = ("data=starter", "hardware=gpu16_80gb")
    line = "hardware.nodes=2: the launcher starts one machine; set launcher=slurm or launcher="
    assert main(["train", *settings]) == 2
    assert capsys.readouterr().err.startswith(line)
    by_hand = ("+launcher.main_process_ip=n1", "+launcher.machine_rank=0")
    for others, is_short in (((), True), (("launcher=slurm",), False), (by_hand, False)):
        assert main(["train", *settings, *others, "dry_run=true"]) == 0
        assert ("starts one machine" in capsys.readouterr().out) == is_short
    assert main(["probe", *settings]) == 2
    assert capsys.readouterr().err.startswith("hardware.gpus=8 with 80 GB each: this machine")


def test_neither_memory_nor_time_of_a_cpu_is_estimated(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, "+experiment=demo")
    assert ["memory", "not", "estimated", "for", "a", "CPU"] in lines
    assert ["time", "not", "estimated", "for", "a", "CPU"] in lines


def test_a_probe_does_not_ask_for_the_memory_of_training(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its refusal is that this machine has no GPU at all."""
    assert main(["probe", "data=starter", "hardware=gpu1_24gb"]) == 2
    assert capsys.readouterr().err.startswith("hardware.gpus=1 with 24 GB each: this machine")
