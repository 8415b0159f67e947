"""The page of a small run: what it says, that it is the same each time, and what it never does."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tarot.cli.main import main
from tarot.runs import RunDirectory
from tests.report.reported_run import DOUBLE, HOSTILE, write_run

COMMAND = ("report", "run=run", "execute=true", "sandbox.slots=1")
DATA = re.compile(r'<script type="application/json" id="completion-data">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunDirectory]:
    """A run whose page was written with the outputs of its programs."""
    folder = tmp_path_factory.mktemp("reported")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run = write_run(folder)
        assert main(COMMAND) == 0
        yield run


@pytest.fixture(scope="module")
def page(run: RunDirectory) -> str:
    return (run.path / "report.html").read_text()


def _refuse(constant: str) -> None:
    raise AssertionError(f"a browser reads no {constant}")


@pytest.fixture(scope="module")
def browser(page: str) -> dict[str, Any]:
    (text,) = DATA.findall(page)
    data: dict[str, Any] = json.loads(text, parse_constant=_refuse)
    return data


@pytest.mark.parametrize(
    "text",
    [
        "Run run",
        "finished, step 3 of 2",
        "25.0% [12.5%, 37.5%]",
        "+25.0% [+12.5%, +37.5%]",
        '<th scope="row">humaneval</th><td class="figure">25.0% [4.6%, 69.9%]</td>',
        "<td>1 to 2</td><td>basic 0.15</td>",
        "<td>3 to 3</td><td>basic 0.15, edge 0.35</td>",
        "<h3>Pass rate by tier</h3>",
        "<h3>Throughput</h3>",
        "<h3>Evaluation: pass@1</h3>",
        "<h3>Evaluation: pass@1 by tier</h3>",
        "<h3>Evaluation: pass@k</h3>",
        "step 3, eval/pass_at_1 75.0%: the most of several evaluations",
        "Left out, since this run's log has no figures for them: Verdicts, intermediate",
        "KL divergence (logged where trainer.beta is above 0)",
        "12 completions of 2 problems in 3 steps.",
        "25.0% pass their whole suite, 25.0% were cut off.",
        "9 were rewarded; 3 could not be judged.",
        "1 problems were never solved, 0 at every try, 1 at some.",
        "<td>advance</td><td>edge 0.5</td>",
        '<th scope="row">seed</th><td>42</td><td>5</td>',
        "All 12 completions of the run can be read here.",
    ],
)
def test_the_page_says_what_happened(page: str, text: str) -> None:
    assert text in page


def test_every_share_is_counted_over_all_rollouts(page: str) -> None:
    """Of 12 basic tests 6 are accepted, 3 have no code and 3 were lost; of edge 6, 3 and 3."""
    rows = re.findall(r'<th scope="row">(\w+)</th><td class="figure">([\d.]+%)</td>', page)
    shares = dict(rows)
    assert shares["accepted"] == "50.0%"
    assert shares["wrong_answer"] == "0.0%"
    assert shares["infrastructure"] == "25.0%"


def test_completions_come_whole_whatever_they_hold(browser: dict[str, Any], page: str) -> None:
    texts = [one["text"].partition("\n```python")[0] for one in browser["completions"]]
    assert texts[8:] == list(HOSTILE)
    assert [one["id"] for one in browser["problems"]] == ["p0", "</script>p1"]
    for text in (*HOSTILE[:3], "<b>3</b>"):
        assert text not in page


def test_the_page_runs_its_own_script_alone_and_asks_nobody(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-"
    )
    assert len(re.findall("<script>", page)) == 1
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert all(link.startswith("#") for link in links)


def test_outputs_are_those_of_running_again(browser: dict[str, Any]) -> None:
    """Of `2 * int(input())` on 1, and on a text that is no number."""
    right, _, prose, _ = browser["completions"][:4]
    assert right["program"] == DOUBLE
    first, second = right["again"]
    assert (browser["verdicts"][first[0]], first[1:3]) == ("accepted", [0, "2\n"])
    assert browser["verdicts"][second[0]] == "runtime_error"
    assert "ValueError" in second[3]
    assert prose["again"] is None


def test_the_same_run_gives_the_same_bytes(run: RunDirectory, page: str) -> None:
    """Times are those of the log; what running again took is not told."""
    assert main([*COMMAND, "out=again.html"]) == 0
    assert Path("again.html").read_text() == page


def test_changed_data_is_told_and_is_not_run(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Path("data.jsonl")
    kept = data.read_text()
    data.write_text(kept.replace("Double", "Halve"))
    try:
        assert main(["report", "run=run", "out=other.html", "completions=5"]) == 0
        capsys.readouterr()
        assert main([*COMMAND, "out=other.html"]) == 2
    finally:
        data.write_text(kept)
    fault = "data: it has changed since the run"
    assert capsys.readouterr().err.startswith(fault)
    page = Path("other.html").read_text()
    for text in (
        f"The problems&#39; tests are not at hand: {fault}",
        "Of 2 problems shown, the tests of 2 are not at hand.",
        "5 of 12 completions can be read here",
    ):
        assert text in page
