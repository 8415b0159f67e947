"""The hub source, on a local data set and without access to the hub."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tarot.data import HubSource, Split
from tarot.data.tiering import Tiering
from tarot.types import TestCase, Tier, UserError, WithinTier

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


def test_data_files_and_subsets_can_be_named(dataset: Path) -> None:
    (dataset / "more-1.jsonl").write_text(_row("c"), encoding="utf-8")
    (dataset / "more-2.jsonl").write_text(_row("d"), encoding="utf-8")
    named = replace(_local(dataset), files="more-*.jsonl")
    assert [problem.id for problem in named.load(Split.TRAIN)] == ["c", "d"]
    (dataset / "README.md").write_text(
        "---\nconfigs:\n- {config_name: x, data_files: train.jsonl}\n"
        "- {config_name: y, data_files: more-2.jsonl}\n---\n"
    )
    subset = replace(_local(dataset), subset="y")
    assert [problem.id for problem in subset.load(Split.TRAIN)] == ["d"]


def test_columns_of_a_data_set_may_have_other_names(dataset: Path) -> None:
    row = {"ask": "Add one.", "cases": [{"in": "1", "out": "2", "level": 1}]}
    (dataset / "train.jsonl").write_text(json.dumps(row), encoding="utf-8")
    columns = {"statement": "ask", "tests": "cases", "stdin": "in", "expected": "out"}
    plain = _local(dataset)
    named = replace(plain, columns={**columns, "tier": "level"}, tiers={1: "edge"})
    (problem,) = named.load(Split.TRAIN)
    assert problem.tests == (TestCase("1", "2", Tier.EDGE),)
    others = (plain, replace(plain, columns=columns), named)
    assert len({source.fingerprint() for source in others}) == 3
    assert replace(plain, columns={}, tiers={}).fingerprint() == plain.fingerprint()


def test_files_of_a_kind_that_is_not_read_are_refused_at_once() -> None:
    with pytest.raises(UserError, match=r"^data\.files: a\.csv: none of \.jsonl, "):
        HubSource("o/n", files="a.csv", gated=False).check()


def test_rows_that_cannot_be_judged_are_left_out_with_one_warning(
    dataset: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tests = ["assert f(1) == f(1)", "assert f(1) < 2"]
    rows = [{"task_id": n, "text": "Do.", "code": "", "test_list": tests[n:]} for n in range(2)]
    usable = {"task_id": 2, "text": "Do.", "code": "", "test_list": ["assert f(1) == 2"]}
    lines = "\n".join(map(json.dumps, [*rows, usable]))
    (dataset / "train.jsonl").write_text(lines, encoding="utf-8")
    with caplog.at_level(logging.WARNING, logger="tarot"):
        problems = replace(_local(dataset), tiering=Tiering.SINGLE).load(Split.TRAIN)
    assert [problem.id for problem in problems] == ["mbpp/2"]
    assert [test.tier for test in problems[0].tests] == [Tier.BASIC]
    [record] = [record for record in caplog.records if record.name.startswith("tarot")]
    assert record.getMessage().startswith("2 rows and 3 tests are left out, as ")


def test_a_data_set_that_is_read_once_serves_every_split(
    dataset: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = HubSource(str(dataset), gated=False, dev_share=0.4, test_share=0.4)
    with caplog.at_level(logging.WARNING):
        found = [problem.id for split in Split for problem in source.load(split)]
    assert sorted(found) == ["a", "b"]
    assert len(caplog.records) == 1


def test_an_unknown_split_of_the_hub_is_one_line(dataset: Path) -> None:
    source = HubSource(str(dataset), split="validation", gated=False)
    with pytest.raises(UserError, match=r"^data\.id: .*: Bad split: validation") as caught:
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
    assert HubSource("o/n", gated=False, streaming=False).fingerprint() == "o/n@main:train"


def test_the_fingerprint_covers_what_changes_the_problems(tmp_path: Path) -> None:
    rates = tmp_path / "rates.jsonl"
    rates.write_text("{}")
    plain = HubSource("o/n")
    by_rate = replace(plain, tiering=Tiering.BY_PASS_RATE, pass_rates=str(rates))
    others = [
        replace(plain, subset="x"),
        replace(plain, files="x.jsonl"),
        replace(plain, dev_share=0.5),
        replace(plain, test_share=0.5),
        replace(plain, tiering=Tiering.SINGLE),
        replace(plain, within_tier=WithinTier.ALL),
        by_rate,
    ]
    found = {source.fingerprint() for source in (plain, *others)}
    rates.write_text("{ }")
    assert len({*found, by_rate.fingerprint()}) == 9
