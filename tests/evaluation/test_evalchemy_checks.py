"""What is looked at before Evalchemy is started; each fault is one line with its remedy."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tarot.evaluation.evalchemy.arguments import joined
from tarot.evaluation.evalchemy.hub_data import check_hub_data
from tarot.evaluation.evalchemy.installation import Installation
from tarot.evaluation.evalchemy.surroundings import bare_environment
from tarot.runs.lock import exclusive
from tarot.types import UserError
from tests.evaluation.small_evalchemy import (
    SmallEvalchemy,
    SmallEvaluation,
    evaluate,
    make_model,
    started,
)

DATA = "eval/chat_benchmarks/HumanEval/data/humaneval-python.jsonl"
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
Change = Callable[[Path], object]


def installation(evalchemy: SmallEvalchemy, root: Path, commit: str | None = None) -> Installation:
    return Installation(root, Path(sys.executable), commit or evalchemy.commit)


def test_a_whole_installation_is_in_order(evalchemy: SmallEvalchemy) -> None:
    installation(evalchemy, evalchemy.root, evalchemy.commit[:7]).check(("vllm",), (DATA,))


@pytest.mark.parametrize(
    ("change", "fault", "remedy"),
    [
        (lambda root: shutil.rmtree(root / "eval"), "no checkout of Evalchemy", "make evalchemy"),
        (lambda root: shutil.rmtree(root / ".git"), "no git checkout", "make evalchemy"),
        (lambda root: (root / DATA).unlink(), f"{DATA} is missing", f"checkout -- {DATA}"),
        (
            lambda root: (root / "eval" / "eval.py").write_text("x"),
            "eval/eval.py is changed",
            "checkout -- eval",
        ),
        (
            lambda root: subprocess.run(
                [*GIT, "-C", root, "commit", "-qm", "b", "--allow-empty"], check=True
            ),
            "not at evalchemy.commit=",
            " checkout ",
        ),
        (lambda root: (root / "fire.py").unlink(), "cannot import Evalchemy: Module", "install"),
    ],
)
def test_a_fault_of_the_installation_is_one_line(
    evalchemy: SmallEvalchemy, tmp_path: Path, change: Change, fault: str, remedy: str
) -> None:
    root = tmp_path / "evalchemy"
    shutil.copytree(evalchemy.root, root)
    change(root)
    with pytest.raises(UserError) as error:
        installation(evalchemy, root).check((), (DATA,))
    assert fault in str(error.value)
    assert remedy in str(error.value)


def test_a_pointer_of_git_lfs_is_no_data(evalchemy: SmallEvalchemy, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(UserError, match="a pointer of git LFS"):
        installation(evalchemy, tmp_path).check_file("a.jsonl")


def test_hub_data_is_found_in_a_folder_and_named_where_it_is_nowhere(
    evalchemy: SmallEvalchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_hub_data("open-r1/codeforces", str(evalchemy.data))
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UserError, match=r"nobody/nothing: not in the local cache.*evalchemy\.data"):
        check_hub_data("nobody/nothing", str(evalchemy.data))


def test_a_value_that_evalchemy_would_not_take_is_refused() -> None:
    assert joined({"a": "1", "b": "x=2"}) == "a=1,b=x=2"
    with pytest.raises(UserError, match="pretrained=a,b: Evalchemy takes no value with a comma"):
        joined({"pretrained": "a,b"})
    joined({"pretrained": "/a" * 85})
    with pytest.raises(UserError, match="too long for Evalchemy"):
        joined({"pretrained": "/a" * 86})


def test_programs_of_a_model_find_no_keys() -> None:
    kept = {"PATH": "a", "HF_HOME": "b", "TOKENIZERS_PARALLELISM": "false"}
    keys = ("HF_TOKEN", "OPENAI_API_KEY", "WANDB_API_KEY", "AWS_SECRET_ACCESS_KEY", "PYTHONPATH")
    assert bare_environment({**kept, **dict.fromkeys(keys, "x")}) == kept


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"backend": "vllm"}, "evalchemy.backend=vllm: needs GPUs, and hardware.device=cpu"),
        ({"python": "none"}, "evalchemy.python="),
        (
            {"backend": "openai-chat-completions", "base_url": "http://127.0.0.1:9/v1"},
            "evalchemy.base_url=http://127.0.0.1:9/v1: no server answers /models there",
        ),
        (
            {"base_url": "http://a/v1"},
            "evalchemy.base_url=http://a/v1: evalchemy.backend=hf asks no server",
        ),
        ({"context_length": 1024}, "context_length=1024: prompts of HumanEval may take 1024"),
        ({"context_length": 99999}, "context_length=99999: the model's own is 32768"),
        ({"hardware": {"device": "cuda", "gpus": 64}}, "hardware.gpus=64: this machine has"),
    ],
)
def test_a_task_that_cannot_run_says_which_key_to_change(
    small: SmallEvaluation, tmp_path: Path, changes: Mapping[str, Any], line: str
) -> None:
    evaluation = small.of(make_model(tmp_path / "weights"), **changes)
    with pytest.raises(UserError) as error:
        small.benchmark.check(evaluation)
    assert str(error.value).startswith(line)


def test_bad_input_ends_the_command_with_one_line_and_starts_nothing(
    evalchemy: SmallEvalchemy, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = make_model(here / "weights")
    arguments = ["model=tiny", f"checkpoint={model}", *evalchemy.arguments("humaneval")]
    assert evaluate(*arguments, "evalchemy.root=none") == 2
    assert evaluate(*arguments, "benchmark.humaneval.num_problems=164") == 2
    line, counted = capsys.readouterr().err.splitlines()
    assert counted.startswith("benchmark.….num_problems=164: ")
    assert line.endswith("none: no checkout of Evalchemy; run `make evalchemy`, or name one")
    assert started(model) == []


def test_two_processes_do_not_evaluate_the_same_weights(
    evalchemy: SmallEvalchemy, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["model=tiny", f"checkpoint={make_model(here / 'weights')}"]
    arguments += evalchemy.arguments("humaneval")
    assert evaluate(*arguments, "dry_run=true") == 0
    folder = Path(capsys.readouterr().out.partition(":")[0]) / "scores"
    folder.mkdir(parents=True)
    with exclusive(folder / "lock"):
        assert evaluate(*arguments) == 2
    assert "runs it; wait for it or end it first" in capsys.readouterr().err
