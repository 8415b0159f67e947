"""What is shown of a re-scored run."""

import json
from dataclasses import replace
from io import StringIO
from math import nan
from pathlib import Path

from rich.console import Console

from tarot.rescoring.plot import write_plot
from tarot.rescoring.report import log_notes, to_markdown, to_plain, to_table
from tarot.rescoring.rescore import Rescored
from tarot.rescoring.summary import Curves, PolicySummary

CURVES = Curves(steps=(1, 2), rewards=(0.5, nan), zero_variance=(0.25, 1.0))
ORIGINAL = PolicySummary(
    policy="[average], as logged",
    num_rewarded=7,
    reward=0.5,
    start=0.25,
    middle=nan,
    end=0.75,
    zero_variance=0.625,
    rank_correlation=1.0,
    curves=CURVES,
)
OTHER = replace(ORIGINAL, policy="edge_only", rank_correlation=nan)
RESCORED = Rescored(ORIGINAL, (OTHER,), num_rollouts=8, num_reproduced=7)
TITLE = (
    "What the completions of demo would have earned under each policy; "
    "not what training under it would have produced"
)


def test_the_document_has_the_title_a_row_a_policy_and_the_notes() -> None:
    lines = to_markdown("demo", RESCORED, ["first", "second"]).splitlines()
    assert lines[0] == f"# {TITLE}"
    assert lines[4:6] == [
        "| [average], as logged | 0.500 | 0.250 | - | 0.750 | 62.5% | 1.000 |",
        "| edge_only | 0.500 | 0.250 | - | 0.750 | 62.5% | - |",
    ]
    assert lines[-2:] == ["- first", "- second"]


def test_the_terminal_shows_the_same_names_and_figures() -> None:
    shown = StringIO()
    Console(width=140, file=shown).print(to_table("demo", RESCORED))
    text = shown.getvalue()
    assert TITLE in " ".join(text.split())
    assert "[average], as logged" in text
    assert text.count("62.5%") == 2


def test_json_has_null_for_what_is_no_number() -> None:
    plain = json.loads(json.dumps(to_plain("demo", RESCORED, ["note"]), allow_nan=False))
    assert (plain["title"], plain["run"], plain["notes"]) == (TITLE, "demo", ["note"])
    assert plain["original"]["middle"] is None
    assert plain["original"]["curves"]["rewards"] == [0.5, None]
    assert plain["policies"][0]["policy"] == "edge_only"


def test_the_notes_say_how_far_the_log_bears_the_figures() -> None:
    assert list(log_notes(RESCORED)) == [
        "1 of 8 completions were left out; they stay out",
        "7 of 7 logged rewards come back to the bit under the run's own weights",
    ]
    worse = replace(RESCORED, num_reproduced=6)
    assert list(log_notes(worse))[1:] == [
        "6 of 7 logged rewards come back to the bit under the run's own weights",
        "the run's reward depends on more than the log holds, so take the figures with care",
    ]


def test_the_plot_names_every_policy_and_is_the_same_bytes_again(tmp_path: Path) -> None:
    paths = write_plot("demo", RESCORED, tmp_path / "a.png")
    again = write_plot("demo", RESCORED, tmp_path / "b.png")
    assert [path.name for path in paths] == ["a.png", "a.svg"]
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]
    svg = paths[1].read_text()
    for text in ("edge_only", "[average], as logged", "groups without variance"):
        assert f"<!-- {text} -->" in svg
