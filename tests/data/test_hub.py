"""The hub source, on a local data set and without access to the hub."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tarot.data import HubSource, Split
from tarot.types import Tier, UserError

PUBLISHED = "chansung/verifiable-coding-problems-python-v2"


def _row(problem_id: str) -> str:
    test = {"input": "1\n", "output": "1\n", "type": "stdin_stdout", "label": "medium"}
    row = {
        "problem_id": problem_id,
        "problem": "Echo it.",
        "gold_standard_solution": "```python\nprint(input())\n```",
        "verification_info": {"language": "python", "test_cases": [test]},
    }
    return json.dumps(row)


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "train.jsonl").write_text("\n".join(map(_row, ["a", "b", "a"])), encoding="utf-8")
    return folder


@pytest.fixture
def no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))


def _local(folder: Path) -> HubSource:
    return HubSource(str(folder), gated=False, dev_share=0.0, test_share=0.0)


def test_rows_become_problems_and_a_repeated_id_counts_once(
    dataset: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        problems = _local(dataset).load(Split.TRAIN)
    assert [problem.id for problem in problems] == ["a", "b"]
    assert problems[0].tests[0].tier is Tier.INTERMEDIATE
    assert problems[0].reference == "print(input())"
    assert "1 rows repeat an id and are left out" in caplog.text


def test_an_unknown_split_of_the_hub_is_one_line(dataset: Path) -> None:
    source = HubSource(str(dataset), split="validation", gated=False)
    with pytest.raises(UserError, match=r'^data\.id: .*: Unknown split "validation"') as caught:
        source.load(Split.TRAIN)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("no_token")
def test_a_gated_set_without_a_token_is_refused_before_any_network() -> None:
    with pytest.raises(UserError) as caught:
        HubSource(PUBLISHED).check()
    assert str(caught.value) == (
        f"data.id: {PUBLISHED} is gated and HF_TOKEN is not set; accept its terms at "
        f"https://huggingface.co/datasets/{PUBLISHED} and set HF_TOKEN, or take data=starter"
    )


@pytest.mark.usefixtures("no_token")
@pytest.mark.parametrize(("variable", "value"), [("HF_TOKEN", "hf_x"), ("HF_HUB_OFFLINE", "1")])
def test_a_token_or_a_cached_set_offline_will_do(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    HubSource(PUBLISHED).check()


@pytest.mark.usefixtures("no_token")
def test_an_open_set_needs_no_token() -> None:
    HubSource("owner/open", gated=False).check()


def test_without_the_hub_the_error_is_one_line_that_names_the_token(
    root: Path, tmp_path: Path
) -> None:
    code = (
        "from tarot.data import HubSource, Split; from tarot.types import UserError\n"
        f"try: HubSource({PUBLISHED!r}).load(Split.TRAIN)\n"
        "except UserError as error: print(error)"
    )
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"data.id: {PUBLISHED}: ")
    assert "set HF_TOKEN" in lines[0]


def test_the_fingerprint_names_id_revision_and_split() -> None:
    assert HubSource("o/n", revision="abc").fingerprint() == "o/n@abc:train"
