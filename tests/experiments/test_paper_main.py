"""The main table over the paper's grid: 63 run directories, some of them taken away again."""

import csv
import io
import re
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from experiments.paper.command import run_table
from experiments.paper.document import latex
from experiments.paper.grid import Row, arrange
from experiments.paper.main import SPEC
from experiments.paper.naming import ADAPTIVE, MODELS, UNTUNED
from experiments.paper.reading import Entry, read_entries
from experiments.paper.settings import PUBLISHED
from experiments.paper.table import build_table
from tests.experiments.paper_runs import write_grid, write_untuned

POLICIES = (
    *("average", "pass_at_all", "basic_only"),
    *("forward_uniform", "forward_ce", "reversed_ce", ADAPTIVE),
)
BENCHMARKS = (
    *("humaneval", "humanevalplus", "mbpp", "mbppplus"),
    *("livecodebench_v5", "codeforces", "cruxeval"),
)
# Of 40 problems 10 are solved; Wilson's 95% interval of 10 in 40 is 14.2% to 40.2%.
NUM_SOLVED, NUM_PROBLEMS = 10, 40
CELL = "25.0 [14.2, 40.2]"
HOLE = "\N{EN DASH}"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine models under seven policies, all evaluated on all benchmarks."""
    folder = tmp_path_factory.mktemp("paper")
    write_grid(folder, MODELS, POLICIES, NUM_SOLVED, NUM_PROBLEMS)
    return folder


@pytest.fixture(scope="module")
def entries(runs: Path) -> list[Entry]:
    """What is read of them."""
    return read_entries(sorted(runs.iterdir()))


def rows_of(markdown: str) -> dict[tuple[str, str], list[str]]:
    """The cells of the first table of a document by model and policy."""
    first = markdown.split("| :-- |", 1)[1].split("\n\n", 1)[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in first.splitlines()[1:]]
    return {(row[0], row[1]): row[2:] for row in rows}


def test_63_runs_make_three_formats_in_time(runs: Path, tmp_path: Path) -> None:
    started = time.process_time()
    run_table(SPEC, [*map(str, runs.iterdir()), f"out={tmp_path}"])
    assert time.process_time() - started < 10
    rows = rows_of((tmp_path / "table.md").read_text())
    assert list(rows) == [(model, policy) for model in MODELS for policy in POLICIES]
    assert set(map(tuple, rows.values())) == {("1", *[f"{CELL}†"] * 7, "25.0†")}
    lines = list(csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text())))
    assert Counter(line["benchmark"] for line in lines) == dict.fromkeys(BENCHMARKS, 63)
    one = lines[0]
    assert (one["model"], one["policy"], one["seed"]) == ("qwen2.5-1.5b", "average", "42")
    assert (one["value"], one["num_problems"], one["beta"]) == ("0.25", "40", "0.01")
    assert float(one["low"]) == pytest.approx(0.142, abs=5e-4)
    assert float(one["high"]) == pytest.approx(0.402, abs=5e-4)


@pytest.mark.soak
def test_as_many_problems_as_the_real_ones_take_no_longer(tmp_path: Path) -> None:
    write_grid(tmp_path / "runs", MODELS, POLICIES, 250, 500)
    started = time.process_time()
    run_table(SPEC, [*map(str, (tmp_path / "runs").iterdir()), f"out={tmp_path}"])
    assert time.process_time() - started < 10


def test_every_run_that_is_taken_away_leaves_a_hole(entries: list[Entry]) -> None:
    for missing in entries:
        others = [entry for entry in entries if entry is not missing]
        empty = [row for row, found in arrange(others, SPEC, PUBLISHED).rows.items() if not found]
        assert empty == [Row(missing.model, missing.policy)]
    rows = rows_of(build_table(entries[:20], SPEC).document.to_markdown())
    known = {(entry.model, entry.policy) for entry in entries[:20]}
    holes = {key for key, cells in rows.items() if cells == ["0", *[HOLE] * 8]}
    assert holes == rows.keys() - known
    assert 20 < len(rows) < 63


def test_a_sweep_of_one_model_is_a_table_of_one_model(runs: Path, tmp_path: Path) -> None:
    some = [str(path) for path in runs.glob("qwen3-4b-*")]
    untuned = write_untuned(tmp_path / "untuned", "qwen3-4b", 20, NUM_PROBLEMS)
    run_table(SPEC, [*some, str(untuned), f"out={tmp_path}"])
    text = (tmp_path / "table.md").read_text()
    rows = rows_of(text)
    assert list(rows) == [("qwen3-4b", policy) for policy in (UNTUNED, *POLICIES)]
    assert rows["qwen3-4b", UNTUNED] == ["", *["50.0 [35.2, 64.8]"] * 7, "50.0"]
    assert "- No run of qwen2.5-1.5b, " in text
    assert "- No run under complex_only, edge_only, forward_bi." in text
    # None of 40 problems is gained and 10 are lost: -10 / 42, give or take 1.96 * 0.0738.
    assert "| qwen3-4b | average | -25.0 [-38.3, -9.3]† |" in text


def test_a_benchmark_without_a_score_is_a_hole_of_its_own(runs: Path, tmp_path: Path) -> None:
    (run,) = runs.glob("gemma2-9b-average-*")
    copy = Path(shutil.copytree(run, tmp_path / run.name))
    (copy / "scores" / "mbpp-0123456789ab.json").unlink()
    table = build_table(read_entries([copy]), SPEC)
    cells = rows_of(table.document.to_markdown())["gemma2-9b", "average"]
    assert cells == ["1", *[f"{CELL}†"] * 2, HOLE, *[f"{CELL}†"] * 4, HOLE]


def test_latex_is_balanced_and_escaped(entries: list[Entry]) -> None:
    text = build_table(entries[:8], SPEC).document.to_latex()
    assert text.count(r"\begin{longtable}") == text.count(r"\end{longtable}") > 0
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == text.count(r"\midrule")
    for table in re.findall(r"\\begin\{longtable\}\{(l*r*)\}(.*?)\\end", text, re.DOTALL):
        rows = [line for line in table[1].splitlines() if line.endswith(r"\\")]
        assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(table[0]) - 1}
    bare = re.sub(r"\\[&%$#_{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert re.search(r"(?<!\\)[_#~^](?!\{\\dagger)", text) is None
    assert not re.search(r"^[^%]*(?<!\\)%", text[text.index("\n") :], re.MULTILINE)
    assert text.isascii()
    assert latex("a_b & 5% of `x_y` [z]") == r"a\_b \& 5\% of \texttt{x\_y} {[}z{]}"
