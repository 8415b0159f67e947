"""`tarot generate` of a file of the base data set, with bad rows in it, on-line."""

import json
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.data import Split
from tarot.generation.questions import Style
from tarot.runs.exits import Exit
from tests.generation.openai_server.account import Account
from tests.generation.openai_server.faults import Plan
from tests.generation.openai_server.server import serving
from tests.generation.starter_answers import Habit, StarterAnswers
from tests.generation.test_generate_verb import lines_of

GENERATORS = StarterAnswers(4, (Habit.GOOD, Habit.FLAKY), Style.GENERATOR)


def command_for(file: Path, folder: Path, url: str, *more: str) -> list[str]:
    words = ("generate", f"out={folder}", "models=[o4-mini]", f"generator.base_url={url}")
    return [*words, "data=jsonl", f"data.path={file}", *more]


def base_row(number: int, **changes: object) -> dict[str, object]:
    """A problem of the starter set as the base data set has its rows."""
    problem = GENERATORS.source().load(Split.TRAIN)[number]
    test = problem.tests[0]
    case = {"input": test.stdin, "output": test.expected, "type": "stdin_stdout"}
    return {
        "source": "contests",
        "in_source_id": f"c{number}",
        "problem": problem.statement,
        "gold_standard_solution": f"```python\n{problem.reference}\n```",
        "verification_info": json.dumps({"language": "python", "test_cases": [case]}),
        "metadata": {"difficulty": "3", "problem_url": None},
        "problem_id": f"vfc_{number}",
        **changes,
    }


def test_bad_rows_are_a_line_each_and_the_rest_is_kept(
    environment: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On-line, by chat completions, with programs that print inputs, one of them a flaky one."""
    wrong = "input()\nprint('wrong')"
    nameless = {name: value for name, value in base_row(3).items() if name != "problem"}
    rows = [json.dumps(base_row(0)), json.dumps(nameless), "{"]
    rows += [json.dumps(base_row(2, gold_standard_solution=None)), json.dumps(base_row(0))]
    rows += [json.dumps(base_row(3, gold_standard_solution=wrong))]
    rows += [json.dumps(base_row(1, solutions=[wrong, "# another\n" + reference_of(1)]))]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(f"{row}\n" for row in rows))
    more = ("style=generator", "generator=openai", "generator.interface=chat/completions")
    with serving(Account(GENERATORS.answerer(), Plan())) as server:
        assert main(command_for(file, tmp_path / "suites", server.url, *more)) == Exit.OK
    lines = capsys.readouterr().err.splitlines()
    assert [line.removeprefix(f"{file}:").partition(":")[0] for line in lines] == list("2345")
    wanted = ("problem: missing", "not JSON", "no reference", "repeated id")
    assert [word for word, line in zip(wanted, lines, strict=True) if word not in line] == []
    dropped = lines_of(tmp_path / "suites" / "dropped.jsonl")
    assert [one["problem_id"] for one in dropped[-1:]] == ["vfc_3"]
    assert dropped[-1]["reason"] == "reference refused by its own tests"
    kept = lines_of(tmp_path / "suites" / "problems.jsonl")
    assert [row["problem_id"] for row in kept] == ["vfc_0", "vfc_1"]
    assert (kept[0]["source"], kept[0]["in_source_id"]) == ("contests", "c0")
    assert kept[0]["metadata"] == {"difficulty": "3", "problem_url": None}
    card = (tmp_path / "suites" / "README.md").read_text()
    assert "| input program not deterministic | 1 |" in card


def reference_of(number: int) -> str:
    return str(GENERATORS.source().load(Split.TRAIN)[number].reference)
