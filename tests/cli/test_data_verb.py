"""`tarot data check` on sound data, and on a file for every fault that it knows."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tarot.audit.findings import AUDITED, FindingKind
from tarot.cli.main import main
from tarot.data import JsonlSource, Split
from tarot.runs.exits import Exit

Check = Callable[..., int]

SMALL = ("model=tiny", "prompt=plain")
TESTS = [
    {"stdin": "1\n", "expected": "2\n", "tier": "basic"},
    {"stdin": "-1\n", "expected": "0\n", "tier": "edge"},
]
SOUND = {
    "id": "add",
    "statement": "Add one to the number.",
    "tests": TESTS,
    "reference": "print(int(input()) + 1)",
}
TEXT = "Return the number of vowels in the given word of lower case letters"


def _row(**changes: Any) -> str:
    return json.dumps({**SOUND, **changes})


def _without(key: str) -> str:
    return json.dumps({name: value for name, value in SOUND.items() if name != key})


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Write lines to rows.jsonl, and check them with the tiny model's tokens."""
    monkeypatch.chdir(tmp_path)

    def run(*lines: str, more: tuple[str, ...] = ()) -> int:
        Path("rows.jsonl").write_text("".join(f"{line}\n" for line in lines))
        return main(["data", "check", "file=rows.jsonl", "out=found.jsonl", *SMALL, *more])

    return run


def _found() -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path("found.jsonl").read_text().splitlines()]


def test_a_sound_file_names_the_command_that_trains_on_it(
    check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(_row()) == Exit.OK
    assert _found() == []
    shown = capsys.readouterr().out
    assert "nothing found" in shown
    assert "1, 0 refused by their own suites" in shown
    command = "python train.py data=jsonl data.path=rows.jsonl model=tiny prompt=plain"
    assert f"train on it: {command}\n" in shown


FAULTS: dict[FindingKind, list[tuple[str, list[str], str]]] = {
    FindingKind.FAULT: [
        ("no JSON", ["{"], "not JSON"),
        ("no object", ["[1]"], "not a JSON object"),
        ("a missing column", [_without("statement")], "statement: missing"),
        ("an unknown column", [_row(answer=1)], "answer: no such column"),
        ("a wrong type", [_row(statement=3)], "statement: "),
        ("an empty statement", [_row(statement="")], "statement: empty"),
        ("no test", [_row(tests=[])], "tests: a suite without tests"),
        ("no tier of ours", [_row(tests=[{**TESTS[0], "tier": "hard"}])], "tests.0.tier"),
    ],
    FindingKind.REPEATED_ID: [
        ("an id twice", [_row(), _row(statement="Add one.")], "stands already at rows.jsonl:1")
    ],
    FindingKind.UNUSABLE: [
        (
            "assertions that only a run could tell",
            [
                json.dumps(
                    {
                        "task_id": "t/1",
                        "prompt": "def f(x):\n    '''Double.'''\n",
                        "canonical_solution": "    return 2 * x\n",
                        "test": "def check(candidate):\n    for x in y():\n"
                        "        assert candidate(x) == 2 * x\n",
                        "entry_point": "f",
                    }
                )
            ],
            "no test that can be judged outside",
        )
    ],
    FindingKind.LOST_TEST: [
        (
            "one assertion of two that can't be rewritten",
            [
                json.dumps(
                    {
                        "task_id": "t/1",
                        "prompt": "def f(x):\n    '''Double.'''\n",
                        "canonical_solution": "    return 2 * x\n",
                        "test": "def check(candidate):\n    assert candidate(1) == 2\n"
                        "    assert candidate(3) == other(3)\n",
                        "entry_point": "f",
                    }
                )
            ],
            "other(3)",
        )
    ],
    FindingKind.TOO_LONG: [("a long prompt", [_row(statement="long " * 2000)], "tokens, over")],
    FindingKind.UNTIERED: [
        ("no tier", [_row(tests=[{**TESTS[0], "tier": None}])], "data.tiering=single")
    ],
    FindingKind.FAILING_REFERENCE: [
        ("a reference for one test", [_row(reference="print(2)")], "test 1 (edge): wrong_answer")
    ],
    FindingKind.CONTRADICTION: [
        ("one input, two answers", [_row(tests=[*TESTS, {**TESTS[0], "expected": "3"}])], "0 and 2")
    ],
    FindingKind.REPEATED_STATEMENT: [
        ("a statement twice", [_row(), _row(id="b")], "stands already at rows.jsonl:1")
    ],
    FindingKind.OVERLAP: [("a benchmark's words", [_row(statement=TEXT)], "bench: b1")],
    FindingKind.NEEDS_CHECKER: [
        ("a free choice", [_row(statement="Print any of them.")], "checker program")
    ],
}
CASES = [
    pytest.param(kind, lines, words, id=f"{kind}: {name}")
    for kind, cases in FAULTS.items()
    for name, lines, words in cases
]


@pytest.mark.parametrize(("kind", "lines", "words"), CASES)
def test_every_fault_is_found_where_it_stands(
    check: Check, kind: FindingKind, lines: list[str], words: str
) -> None:
    Path("bench.jsonl").write_text(_row(id="b1", statement=TEXT) + "\n")
    execute = f"execute={str(kind is FindingKind.FAILING_REFERENCE).lower()}"
    code = check(*lines, more=("benchmarks=[bench.jsonl]", execute))
    found = [one for one in _found() if one["kind"] == kind]
    assert [one["place"] for one in found] == [f"rows.jsonl:{len(lines)}"]
    assert words in found[0]["detail"]
    stops = kind in (FindingKind.FAULT, FindingKind.REPEATED_ID, FindingKind.FAILING_REFERENCE)
    assert code == (Exit.FAILED if stops or kind is FindingKind.UNUSABLE else Exit.OK)


def test_there_is_a_file_for_every_fault() -> None:
    assert FAULTS.keys() == set(FindingKind) - AUDITED


def test_an_empty_file_is_nothing_to_train_on(
    check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check("") == Exit.FAILED
    assert capsys.readouterr().out.endswith("there is no problem to train on\n")


def test_a_broken_file_is_mended_by_keeping_what_is_clean(
    check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (_row(), "{", _row(id="b", statement="Print any."))
    assert check(*lines) == Exit.FAILED
    assert "mend rows.jsonl:2 first, or type clean=FILE.jsonl too" in capsys.readouterr().out
    assert check(*lines, more=("clean=clean.jsonl",)) == Exit.FAILED
    kept = JsonlSource("clean.jsonl", dev_share=0, test_share=0).load(Split.TRAIN)
    assert [problem.id for problem in kept] == ["add"]
    assert "data=jsonl data.path=clean.jsonl" in capsys.readouterr().out


def test_places_and_labels_may_be_numbers(check: Check) -> None:
    row = {"ask": "Add one.", "cases": [["1", 2, 1], ["-1", 0, 5]]}
    columns = "data.columns={statement: ask, tests: cases, stdin: 0, expected: 1, tier: 2}"
    more = (columns, "data.tiers={1: basic, 5: edge}", "clean=clean.jsonl")
    assert check(json.dumps(row), more=more) == Exit.OK
    (problem,) = JsonlSource("clean.jsonl", dev_share=0, test_share=0).load(Split.TRAIN)
    assert [test.tier for test in problem.tests] == ["basic", "edge"]


def test_a_suite_without_tiers_is_told_what_gives_them(
    check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    row = _row(tests=[{"stdin": "1", "expected": "2", "tier": None}])
    assert check(row) == Exit.OK
    assert capsys.readouterr().out.endswith("type data.tiering=single too\n")
    assert check(row, more=("data.tiering=single", "clean=clean.jsonl")) == Exit.OK
    assert "train on it: python train.py " in capsys.readouterr().out
    assert JsonlSource("clean.jsonl", dev_share=0, test_share=0).load(Split.TRAIN)


def test_brackets_are_shown_as_they_are(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    bad = _row(id="c", tests="[bold]")
    assert check(_row(), bad, more=("data.columns.statement=statement",)) == Exit.FAILED
    assert "rows.jsonl:2: tests: '[bold]'; a suite is a list" in capsys.readouterr().out
    small = ("data.families=[count_digits]", "data.num_problems=4", "data.num_held_out=2")
    assert main(["data", "check", *small, *SMALL, "execute=false"]) == Exit.OK
    assert "data.families=[count_digits]" in capsys.readouterr().out


def test_bad_rows_beyond_a_score_are_counted(
    check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(_row(), *[_without("statement")] * 23) == Exit.FAILED
    shown = capsys.readouterr().out
    assert shown.count("rows.jsonl:") == 21
    assert "and 3 more; out=… keeps them all" in shown
    assert len(_found()) == 23


def test_programs_are_left_alone_when_told_so(
    check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(_row(reference="print(2)"), more=("execute=false",)) == Exit.OK
    assert "not run (execute=false)" in capsys.readouterr().out


def test_a_model_out_of_reach_leaves_prompts_uncounted(
    check: Check, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check(_row(), more=("model.source=hub", "model.id=/no/such/folder")) == Exit.OK
    assert "not counted: model.id=/no/such/folder" in capsys.readouterr().out


def test_the_published_rows_are_sound(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight problems of five tests, one of them without a tier; long prompts are the model's.

    Their references are run by the audit's tests.
    """
    monkeypatch.chdir(tmp_path)
    file = f"file={shared / 'tarot' / 'sample.jsonl'}"
    long = ("max_prompt_tokens=100000", "execute=false")
    code = main(["data", "check", file, "out=found.jsonl", *long, *SMALL])
    assert {one["kind"] for one in _found()} <= {FindingKind.NEEDS_CHECKER}
    assert code == Exit.OK


def test_the_starter_set_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    small = ("data.num_problems=30", "data.num_held_out=8", "max_prompt_tokens=2000")
    assert main(["data", "check", "out=found.jsonl", *small, *SMALL]) == Exit.OK
    assert _found() == []


def test_a_gated_data_set_without_a_token_is_one_line(
    cli: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    done = cli(
        "data", "check", "id=chansung/verifiable-coding-problems-python-v2", "data.gated=true"
    )
    assert done.returncode == Exit.USER_ERROR
    assert done.stderr.startswith("data.id: chansung/verifiable-coding-problems-python-v2 is gated")
    assert done.stderr.count("\n") == 1


def test_a_number_that_makes_no_sense_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", "data.num_problems=0", *SMALL]) == Exit.USER_ERROR
    assert capsys.readouterr().err == "data.num_problems: 0; at least 1 is needed\n"


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ("out=no/found.jsonl", "out: no/found.jsonl: its folder does not exist"),
        ("clean=.", "clean: .: a folder"),
        ("clean=clean.json", "clean: clean.json: not a .jsonl file"),
        ("clean=rows.jsonl", "clean: rows.jsonl: the file that is checked"),
        ("clean=../{here}/rows.jsonl", "clean: ../{here}/rows.jsonl: the file that is checked"),
        ("benchmarks=[no.jsonl]", "benchmarks: no.jsonl: no such file"),
        ("benchmarks=[broken.jsonl]", "benchmarks: broken.jsonl:2: not JSON"),
    ],
)
def test_no_finding_and_no_row_is_lost_to_a_wrong_file(
    check: Check, argument: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Path.cwd().name
    Path("broken.jsonl").write_text(f"{_row()}\n{{\n")
    assert check(_row(), more=(argument.format(here=here),)) == Exit.USER_ERROR
    assert capsys.readouterr().err.startswith(line.format(here=here))
    assert Path("rows.jsonl").read_text() == f"{_row()}\n"


def test_anything_but_a_check_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "chekc", "file=rows.jsonl"]) == Exit.USER_ERROR
    assert capsys.readouterr().err == (
        "data: chekc is not what it can do; type tarot data check file=FILE\n"
    )
