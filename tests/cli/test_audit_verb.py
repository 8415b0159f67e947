"""`tarot audit` on a file that holds every fault, on published rows and on the starter set."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tarot.audit.findings import FindingKind
from tarot.cli.main import main
from tarot.runs.exits import Exit

ANY = "import sys; sys.exit(0)"
ADD = "print(int(input()) + 1)"
SHOWN = "Add one.\n\nInput\n\n1\n\nOutput\n\n2\n"


def _test(stdin: str, expected: str, tier: str | None = "basic", **more: Any) -> dict[str, Any]:
    return {"stdin": stdin, "expected": expected, "tier": tier, **more}


def _row(name: str, reference: str | None, *tests: dict[str, Any], **more: Any) -> dict[str, Any]:
    row = {"id": name, "statement": f"Task {name}.", "tests": list(tests), "reference": reference}
    return {**row, **more}


GOOD = (_test("1\n", "2\n"), _test("-1\n", "0\n", "edge"))
ROWS: dict[str, Any] = {
    "sound": _row("sound", ADD, *GOOD),
    "missing": {"id": "missing", "tests": list(GOOD)},
    "unsolvable": _row("unsolvable", None, *GOOD),
    "failing": _row("failing", "print(2)", *GOOD),
    "unsteady": _row(
        "unsteady",
        "import os\nprint(os.urandom(8).hex())",
        _test("1\n", "", checker="import sys; sys.exit(not open(sys.argv[2]).read())"),
    ),
    "constant": _row("constant", "print(7)", _test("1\n", "7\n"), _test("2\n", "7\n", "edge")),
    "echoed": _row("echoed", "print(input())", _test("1\n", "1\n"), _test("2\n", "2\n")),
    "prefixed": _row(
        "prefixed",
        "n = int(input())\nprint(n)\nprint(2 * n)",
        _test("3\n", "3\n6\n", checker="import sys; sys.exit('3' not in open(sys.argv[2]).read())"),
        _test("4\n", "4\n8\n", "edge"),
    ),
    "shown": _row("shown", ADD, *GOOD, statement=SHOWN),
    "repeated": _row("repeated", ADD, *GOOD, _test("1", "2", "complex")),
    "silent": _row("silent", "n = int(input())\nif n: print(n)", *GOOD, _test("0\n", "\n", "edge")),
}
ROWS["silent"]["tests"][:2] = [_test("3\n", "3\n"), _test("5\n", "5\n", "complex")]
LINES = [json.dumps(row) for row in ROWS.values()]
PLACES = {f"rows.jsonl:{number}": name for number, name in enumerate(ROWS, start=1)}
PLACES[f"rows.jsonl:{len(ROWS) + 1}"] = "broken"
COMMAND = ("audit", "file=rows.jsonl", "out=audit", "runs=2", "mutants=2", "sandbox.slots=2")

Read = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file with every fault, a broken line last, and its audit."""
    folder = tmp_path_factory.mktemp("audit")
    (folder / "rows.jsonl").write_text("\n".join([*LINES, "{"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(COMMAND) == Exit.FAILED
        yield folder


@pytest.fixture
def read(folder: Path) -> Read:
    """The lines of one of the audit's files."""
    return lambda name: [json.loads(one) for one in (folder / "audit" / name).open()]


def test_every_fault_is_found_in_its_row(read: Read) -> None:
    found: dict[str, set[str]] = {}
    for one in read("findings.jsonl"):
        found.setdefault(PLACES[one["place"]], set()).add(one["kind"])
    assert found == {
        "broken": {FindingKind.FAULT},
        "missing": {FindingKind.FAULT},
        "unsolvable": {FindingKind.NO_REFERENCE},
        "failing": {FindingKind.FAILING_REFERENCE},
        "unsteady": {FindingKind.UNSTEADY, FindingKind.UNSOLVED},
        "constant": {FindingKind.UNSOLVED},
        "echoed": {FindingKind.UNSOLVED},
        "prefixed": {FindingKind.TRIVIAL_TEST},
        "shown": {FindingKind.SHOWN_TEST},
        "repeated": {FindingKind.REPEATED_TEST},
        "silent": {FindingKind.EMPTY_OUTPUT, FindingKind.TRIVIAL_TEST},
    }


def test_rows_are_kept_as_they_were_or_dropped_with_a_reason(read: Read) -> None:
    dropped = {PLACES[one["place"]]: one["kind"] for one in read("dropped.jsonl")}
    assert dropped == {
        "broken": FindingKind.FAULT,
        "missing": FindingKind.FAULT,
        "unsolvable": FindingKind.NO_REFERENCE,
        "failing": FindingKind.FAILING_REFERENCE,
        "unsteady": FindingKind.UNSTEADY,
        "constant": FindingKind.UNSOLVED,
        "echoed": FindingKind.UNSOLVED,
    }
    assert read("clean.jsonl") == [row for name, row in ROWS.items() if name not in dropped]


def test_the_page_holds_its_picture_and_asks_for_nothing(folder: Path) -> None:
    page = (folder / "audit" / "audit.html").read_text()
    assert page.count("<svg") == 1
    assert "reference not deterministic" in page
    assert [word for word in ("<script", "<link", "src=", "url(http") if word in page] == []


def test_the_same_command_goes_on_where_it_was_stopped(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A file that is cut in its last line is completed by that problem alone."""
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    results = tmp_path / "audit" / "results.jsonl"
    whole = results.read_bytes()
    results.write_bytes(whole[:-20])
    assert main(COMMAND) == Exit.FAILED
    lines, again = whole.splitlines(), results.read_bytes().splitlines()
    assert again[:-1] == lines[:-1]
    assert json.loads(again[-1])["key"] == json.loads(lines[-1])["key"]
    assert "dropped: rows.jsonl:12: broken row: not JSON" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ("out=no/audit", "out: no/audit: its folder does not exist"),
        ("out=rows.jsonl", "out: rows.jsonl: not a folder"),
        ("drop=[no_referense]", "drop: no_referense: no such finding; did you mean no_reference?"),
        ("runs=0", "runs: 0 should be greater than 0"),
        ("file=none.jsonl", "data.path: none.jsonl: no such file"),
        ("benchmarks=[none.jsonl]", "benchmarks: none.jsonl: no such file"),
    ],
)
def test_a_bad_argument_of_an_audit_is_one_line(
    folder: Path, argument: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "file=rows.jsonl", argument]) == Exit.USER_ERROR
    err = capsys.readouterr().err
    assert err.startswith(line)
    assert err.count("\n") == 1


def _figures(*arguments: str) -> dict[str, Any]:
    assert main(["audit", "out=audit", *arguments]) == Exit.OK
    return dict(json.loads(Path("audit/audit.json").read_text()))


def test_published_suites_pass_their_references_and_kill_mutants(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All forty tests; one problem of the eight takes a second a run, too long for mutants here."""
    monkeypatch.chdir(tmp_path)
    file = shared / "tarot" / "sample.jsonl"
    Path("light.jsonl").write_text(
        "".join(line for line in file.open() if '"vfc_136573"' not in line)
    )
    tiers = _figures(f"file={file}", "runs=1", "mutants=0")["tiers"]
    assert [one["tier"] for one in tiers] == ["basic", "intermediate", "complex", "edge", None]
    assert [(one["num_tests"], one["num_passed"]) for one in tiers] == [(8, 8)] * 5
    assert all(one["num_shown"] == (0 if one["tier"] else 8) for one in tiers)
    tiers = _figures("file=light.jsonl", "runs=1", "mutants=3")["tiers"]
    assert [one["kills"]["num_mutants"] for one in tiers] == [21] * 5
    assert min(one["kills"]["num_killed"] for one in tiers) > 0
    assert "mutants killed" in capsys.readouterr().out


@pytest.mark.soak
def test_all_published_suites_of_the_sample_kill_mutants(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    figures = _figures(f"file={shared / 'tarot' / 'sample.jsonl'}", "mutants=3")
    assert sum(one["num_passed"] for one in figures["tiers"]) == 40
    assert figures["suites"]["num_mutants"] == 24
    assert figures["findings"] == {"needs_checker": 2}


def explained(root: Path) -> set[tuple[str, str]]:
    """Finding and family, as the documented reasons have them."""
    section = (root / "docs" / "starter.md").read_text().partition("## What an audit finds\n")[2]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE)
    return {(kind, family) for kind, names in rows for family in re.findall(r"`(\w+)`", names)}


@pytest.mark.parametrize(
    "arguments",
    [
        (
            *("data.families=[close_enough,count_letter,scale_all]", "data.num_problems=3"),
            *("data.unseen_families=[at_most]", "data.num_held_out=1", "runs=1", "mutants=2"),
        ),
        pytest.param(("data=starter_calls",), marks=pytest.mark.soak),
        pytest.param((), marks=pytest.mark.soak),
    ],
    ids=["three families", "all as calls", "all"],
)
def test_the_starter_set_has_no_finding_left_unexplained(
    arguments: tuple[str, ...], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    figures = _figures(*arguments)
    assert all(one["num_passed"] == one["num_tests"] for one in figures["tiers"])
    kinds = {kind: kind.key for kind in FindingKind}
    found = {
        (kinds[FindingKind(one["kind"])], one["problem"].split("/")[1])
        for one in map(json.loads, Path("audit/findings.jsonl").read_text().splitlines())
    }
    assert found - explained(root) == set()
