"""Showing help and config: complete, light, and without a trace on the disk."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tarot.cli.composition import CONF, choose_options, compose, open_key
from tarot.types import UserError

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

HEAVY = ("torch", "transformers", "trl", "vllm", "datasets", "openai", "e2b")
SPY = """
import sys
from tarot.cli.main import main
code = main(sys.argv[1:])
loaded = [name for name in {heavy!r} if name in sys.modules]
sys.exit(f"exit code {{code}}, loaded {{loaded}}" if code or loaded else 0)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "--help"),
        ("train", "--cfg", "job"),
        ("train", "+experiment=demo", "dry_run=true"),
        ("train", "+experiment=demo", "sandbox=e2b", "dry_run=true"),
        ("evaluate", "model=tiny", "dry_run=true"),
        ("--help",),
    ],
    ids=" ".join,
)
def test_what_only_shows_something_loads_nothing_heavy(
    root: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    command = [sys.executable, "-c", SPY.format(heavy=HEAVY), *arguments]
    result = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_help_lists_every_option_of_every_group_and_three_commands(cli: Cli) -> None:
    text = cli("train", "--help").stdout
    for path in CONF.rglob("*.yaml"):
        if path.parent != CONF:
            group = path.parent.relative_to(CONF).as_posix()
            (line,) = (line for line in text.splitlines() if line.startswith(f"{group}:"))
            assert path.stem in line.removeprefix(f"{group}:").replace(",", " ").split()
    assert text.count("python train.py") == 3
    assert "_target_" not in text


def test_the_job_config_is_shown_without_hydras_own(cli: Cli) -> None:
    text = cli("train", "model=qwen2.5-coder-7b", "curriculum=adaptive", "--cfg", "job").stdout
    assert "id: Qwen/Qwen2.5-Coder-7B-Instruct" in text
    assert "\nhydra:" not in text


@pytest.mark.parametrize(
    ("argument", "opened"),
    [
        ("trainer.beta=0.1", "++trainer.beta=0.1"),
        ("seed=1,2", "++seed=1,2"),
        ("model=tiny", "model=tiny"),
        ("+experiment=tiny", "+experiment=tiny"),
        ("~cold_start", "~cold_start"),
        ("hydra.verbose=true", "hydra.verbose=true"),
        ("-m", "-m"),
    ],
)
def test_keys_are_opened_and_groups_are_not(argument: str, opened: str) -> None:
    assert open_key(argument) == opened


@pytest.mark.parametrize(
    ("argument", "names"),
    [
        ("tracker=none", ["none"]),
        ("tracker=[wandb, none]", ["wandb", "none"]),
        ("tracker=none,wandb,none", ["none", "wandb"]),
        ("tracker=all", ["none", "tensorboard", "trackio", "wandb"]),
    ],
)
def test_options_of_one_group_become_a_node_each(argument: str, names: list[str]) -> None:
    chosen = [f"+tracker@tracker.{name}={name}" for name in names]
    assert choose_options("tracker", ["seed=1", argument]) == ["seed=1", *chosen]


def test_without_a_choice_all_options_are_taken_and_the_last_choice_counts() -> None:
    assert choose_options("grading", []) == [
        "+grading@grading.default=default",
        "+grading@grading.published=published",
    ]
    assert choose_options("tracker", ["tracker=all", "tracker=none"]) == [
        "+tracker@tracker.none=none"
    ]


@pytest.mark.parametrize("argument", ["tracker=", "tracker=[]", "tracker=[none,]", "tracker=a b"])
def test_a_choice_without_a_name_is_refused(argument: str) -> None:
    with pytest.raises(UserError, match="give the name of an option"):
        choose_options("tracker", [argument])


def test_any_trainer_field_can_be_swept_without_a_plus() -> None:
    jobs = compose("train", ["-m", "+experiment=tiny", "trainer.epsilon_high=0.2,0.3"])
    assert [job.config["trainer"]["epsilon_high"] for job in jobs] == [0.2, 0.3]


OWN = ("reward=own", "tracker=none")


@pytest.mark.parametrize("flags", [(), ("--config-dir", "other")], ids=["plain", "flagged"])
def test_options_of_the_folder_where_a_command_is_typed_come_after_the_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("conf/reward", "conf/tracker", "other"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "conf" / "reward" / "own.yaml").write_text("defaults: [tiered]\nnormalize: false\n")
    (tmp_path / "conf" / "tracker" / "none.yaml").write_text("report_to: [wandb]\n")
    (job,) = compose("train", [*flags, *OWN])
    assert job.config["reward"]["normalize"] is False
    assert job.config["reward"]["_target_"] == "rewards.tiered.TieredReward"
    assert job.config["tracker"]["report_to"] == []
    assert job.overrides == OWN


def test_a_search_path_that_is_given_is_the_only_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf" / "reward").mkdir(parents=True)
    (tmp_path / "conf" / "reward" / "own.yaml").write_text("defaults: [tiered]\n")
    (tmp_path / "other").mkdir()
    with pytest.raises(UserError, match="reward=own: no such option"):
        compose("train", ["reward=own", "hydra.searchpath=[file://other]"])
