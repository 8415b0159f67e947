"""`tarot try` on completions, and on rewards that fail, hang, are slow or break a rule."""

import io
import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tarot.cli.completions import read_completions
from tarot.cli.main import main
from tarot.runs.exits import Exit
from tarot.types import UserError
from tests.documents import DOCS, typed_lines, write_own_files

Try = Callable[..., tuple[int, str, str]]

# A part of one's own, and rewards that are no sums of parts.
OWN = """
import time
from tarot.types import RewardValue

class Part:
    def __init__(self, what: str) -> None:
        self._what = what

    def __call__(self, completion):
        if completion.completion != "bad":
            return 1.0
        if self._what == "raise":
            raise KeyError("oops")
        time.sleep({"hang": 60, "slow": 0.3}.get(self._what, 0))
        return {"none": None, "text": "1"}.get(self._what, 0.5)

class Own:
    part_names = ("own",)

    def __init__(self, what: str) -> None:
        self._part = Part(what)

    def __call__(self, completions):
        values = [self._part(one) for one in completions]
        return [RewardValue(value, {"own": value}) for value in values]

class Texts:
    part_names = ()

    def __call__(self, completions):
        return list(map(self._value, [one.completion for one in completions]))

    def _value(self, text):
        return RewardValue(1 / (text != "bad"))
"""
YAML = {
    "part": "defaults: [tiered, _self_]\nformat_pattern: null\nparts: {code: 2, own: 0.5}\n"
    "extra: {own: {_target_: own.Part, what: none}}\n",
    "own": "_target_: own.Own\nwhat: none\n",
    "texts": "_target_: own.Texts\n",
}
PROBLEM = {
    "id": "add",
    "statement": "Add one.",
    "tests": [
        {"stdin": "1", "expected": "2", "tier": "basic"},
        {"stdin": "-1", "expected": "0", "tier": "edge"},
    ],
    "reference": "print(int(input()) + 1)",
}
DATA = (
    *("data=jsonl", "data.path=own.jsonl", "data.dev_share=0", "data.test_share=0"),
    "sandbox.slots=1",
)


@pytest.fixture
def tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Try]:
    """`tarot try` in a folder with a module, its options, two problems and four completions."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "conf" / "reward").mkdir(parents=True)
    for name, text in YAML.items():
        (tmp_path / "conf" / "reward" / f"{name}.yaml").write_text(text)
    other = {**PROBLEM, "id": "7", "reference": None}
    (tmp_path / "own.jsonl").write_text(f"{json.dumps(PROBLEM)}\n{json.dumps(other)}\n")
    (tmp_path / "two.txt").write_text("print(2)")
    (tmp_path / "bad").write_text("bad")
    rows = [{"completion": "print(2)"}, {"completion": "bad", "problem": 7, "step": 3}]
    (tmp_path / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["try", *DATA, *arguments])
        return code, *capsys.readouterr()

    yield run
    sys.modules.pop("own", None)


def cells(output: str) -> list[list[str]]:
    """The rows of all tables."""
    lines = [line.replace("┃", "│").strip() for line in output.splitlines()]
    rows = [line[1:-1].split("│") for line in lines if line.startswith("│")]
    return [[cell.strip() for cell in row] for row in rows]


def test_every_tier_and_every_part_is_shown_with_its_weight(tried: Try) -> None:
    """Half of the code part, twice, and half of a part of one's own."""
    code, out, err = tried("reward=part", "completion=two.txt")
    assert (code, err) == (Exit.OK, "")
    assert out.startswith("two.txt: problem add, a program of 8 characters\n")
    rows = cells(out)
    assert rows[:3] == [
        ["tier", "verdicts", "passes", "weight"],
        ["basic", "1 accepted", "1", "0.25"],
        ["intermediate", "no test", "", "0.25"],
    ]
    assert rows[4:6] == [
        ["edge", "1 wrong_answer", "0", "0.25"],
        ["part", "value", "weight", "adds", "seconds"],
    ]
    assert [row[:4] for row in rows[6:]] == [
        ["code", "0.5", "2", "1"],
        ["own", "1", "0.5", "0.5"],
        ["reward", "1.5", "", ""],
    ]


def test_the_reference_is_tried_where_no_completion_is_brought(tried: Try) -> None:
    code, out, _ = tried("problem=add")
    assert code == Exit.OK
    assert out.startswith("the reference: problem add, ")
    assert ["code", "1", "1", "1"] in [row[:4] for row in cells(out)]


def test_lines_and_standard_input_hold_completions_too(
    tried: Try, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("print(0)"))
    _, out, _ = tried("completion=[rows.jsonl,-]")
    titles = [line for line in out.splitlines() if ": problem" in line]
    assert titles == [
        "rows.jsonl:1: problem add, a program of 8 characters",
        "rows.jsonl:2: problem 7, no program in it",
        "standard input: problem add, a program of 8 characters",
    ]


@pytest.mark.parametrize("files", ["completion=bad", "completion=[two.txt,bad]"])
def test_a_part_that_raises_is_named_with_its_completion(tried: Try, files: str) -> None:
    code, out, err = tried("reward=part", "reward.extra.own.what=raise", files)
    line = OWN.splitlines().index('            raise KeyError("oops")') + 1
    assert code == Exit.USER_ERROR
    assert err == (
        f"reward: its part own (own.Part) raised KeyError: 'oops' (own.py:{line}), on bad\n"
    )
    assert "bad: problem add" in out


def test_a_part_that_hangs_is_named_with_its_completion(tried: Try) -> None:
    hanging = ("reward=part", "reward.extra.own.what=hang", "timeout_s=0.2")
    code, _, err = tried(*hanging, "completion=[two.txt,bad]")
    assert code == Exit.USER_ERROR
    assert err.startswith("reward: its part own (own.Part) had not ended after 0 s (own.py:")
    assert err.endswith(", on bad\n")


def test_a_part_that_gives_no_number_is_named_and_one_without_a_value_leaves_out(
    tried: Try,
) -> None:
    _, _, err = tried("reward=part", "reward.extra.own.what=text", "completion=bad")
    assert err.startswith("reward: its part own (own.Part) gave '1'; a part gives a finite number")
    code, out, _ = tried("reward=part", "completion=bad")
    assert code == Exit.OK
    assert out.endswith("left out of the update: its part own gave None\n")


@pytest.mark.parametrize(
    ("reward", "key", "who"),
    [("part", "extra.own.what", "its part own"), ("own", "what", "own.Own")],
)
def test_what_is_slow_is_named_with_its_completion(
    tried: Try, reward: str, key: str, who: str
) -> None:
    slow = (f"reward={reward}", f"reward.{key}=slow", "slow_s=0.2")
    code, _, err = tried(*slow, "completion=[two.txt,bad]")
    assert code == Exit.FAILED
    assert f"reward: {who} took 0.3 s on bad\n" in err


def test_a_reward_that_breaks_a_rule_fails(tried: Try) -> None:
    code, _, err = tried("reward=own", "completion=two.txt")
    assert code == Exit.FAILED
    assert err == (
        "reward: own.Own gave RewardValue(total=1.0, parts={'own': 1.0}) for a completion that "
        "could not be judged; give None\n"
    )


def test_a_reward_that_has_no_completion_in_hand_is_tried_on_each_alone(tried: Try) -> None:
    code, _, err = tried("reward=texts", "completion=[two.txt,bad]")
    assert code == Exit.USER_ERROR
    assert err.startswith("reward: own.Texts raised ZeroDivisionError: division by zero (own.py:")
    assert err.endswith(", on bad\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("problem=2",), "problem=2: neither an id, as add, 7, nor a place from 0 to 1\n"),
        (("problem=7",), "completion: problem 7 has no reference; name a file\n"),
        (("curriculum=adaptive",), "curriculum: which policy it takes is decided by a run's probe"),
    ],
)
def test_what_cannot_be_tried_is_one_line(
    tried: Try, arguments: tuple[str, ...], line: str
) -> None:
    code, _, err = tried(*arguments)
    assert (code, err.count("\n")) == (Exit.USER_ERROR, 1)
    assert err.startswith(line)


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("no.txt", None, "completion: no.txt: no such file; name one, or - for standard input"),
        ("a.txt", b"\xff", "completion: a.txt: no text: 'utf-8' codec can't decode byte 0xff"),
        ("a.jsonl", b"", "completion: a.jsonl: no completion in it"),
        ("a.jsonl", b"{}\n", "completion: a.jsonl:1: completion: Field required"),
        ("a.jsonl", b"[1]\n", "completion: a.jsonl:1: the line: Input should be a valid dict"),
    ],
)
def test_a_file_without_a_completion_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, content: bytes | None, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path(file).write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_completions([file])
    assert str(caught.value).startswith(line)


def test_the_page_on_rewards_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = DOCS / "my-reward.md"
    write_own_files(tmp_path, [page])
    fault = tmp_path / "runs" / "mine-1a2b3c4d" / "reward_fault.jsonl"
    fault.parent.mkdir(parents=True)
    fault.write_text(json.dumps({"problem": 3, "completion": "print(1)"}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    shown = []
    for line in typed_lines(page):
        assert main(shlex.split(line)[1:]) == Exit.OK
        out, err = capsys.readouterr()
        assert err == ""
        shown.append({row[0]: row for row in cells(out)})
    first, second, third, last = shown
    assert [row["short"][1:4] for row in (first, last)] == [["1", "0.2", "0.2"]] * 2
    assert (second["edge"][3], third["edge"][3]) == ("0.25", "0")
    sys.modules.pop("mine")


def test_a_reward_and_its_option_are_found_in_the_folder_where_the_command_is_typed(
    cli: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path
) -> None:
    for folder in ("rewards", "conf/reward"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "rewards" / "own.py").write_text(OWN)
    (tmp_path / "conf" / "reward" / "own.yaml").write_text("_target_: rewards.own.Texts\n")
    done = cli("try", "reward=own", "timeout_s=5")
    assert "reward: rewards.own.Texts gave RewardValue(" in done.stderr
    assert ["reward", "1", "", "", ""] in cells(done.stdout)
