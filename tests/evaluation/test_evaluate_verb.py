"""`tarot evaluate` on a small Evalchemy, which is run in full: files, scores, faults, resuming."""

from pathlib import Path

import pytest

from tarot.evaluation import read_scores, read_subject
from tests.evaluation.small_evalchemy import (
    SmallEvalchemy,
    evaluate,
    make_model,
    plan_faults,
    started,
    working_on,
)

BENCHMARKS = ("humaneval", "cruxeval", "codeforces")


def folder_of_scores() -> Path:
    (folder,) = Path("evaluations").iterdir()
    return folder


def test_scores_are_what_the_answers_deserve_and_nothing_is_run_twice(
    evalchemy: SmallEvalchemy, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = make_model(here / "weights")
    arguments = ["model=tiny", f"checkpoint={model}", *evalchemy.arguments(*BENCHMARKS)]
    assert evaluate(*arguments) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    folder = folder_of_scores()
    scores = {name: found for name, (found,) in read_scores(folder).items()}
    values = {name: score.value for name, score in scores.items()}
    assert values == {"humaneval": 0.75, "cruxeval": 0.75, "codeforces": 0.75}
    assert scores["cruxeval"].parts == {"input_pass@1": 0.5, "output_pass@1": 1.0}
    assert scores["cruxeval"].solved == {"c": [1.0, 1.0], "d": [0.0, 1.0]}
    assert scores["humaneval"].solved == {"a": [1.0], "b": [1.0], "c": [1.0], "d": [0.0]}
    assert (scores["codeforces"].num_samples, scores["codeforces"].std_error) == (3, 0.0)
    assert read_subject(folder).checkpoint == str(model)
    (raw,) = (path for path in (folder / "scores").glob("humaneval-*") if path.is_dir())
    assert {"samples.jsonl", "evalchemy.log", "output"} <= {path.name for path in raw.iterdir()}
    assert evaluate(*arguments) == 0
    assert started(model) == ["HumanEval", "CruxEval", "CodeForces"]


def test_others_go_on_beside_a_failure_and_the_same_command_mends_it(
    evalchemy: SmallEvalchemy, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = {"HumanEval": "of_a_child", "CodeForces": "unjudged"}
    model = make_model(here / "weights", faults)
    benchmarks = ("codeforces", "humaneval")
    arguments = ["model=tiny", f"checkpoint={model}", *evalchemy.arguments(*benchmarks)]
    assert evaluate(*arguments) == 1
    shown = capsys.readouterr()
    assert "1 answers of round 1 were not judged: Evaluation error: can't start" in shown.err
    assert "1 of 2 failed; try them again with: " in shown.err
    assert list(read_scores(folder_of_scores())) == ["humaneval"]
    plan_faults(model, {})
    assert evaluate(*arguments) == 0
    assert started(model) == ["CodeForces", "HumanEval", "CodeForces"]


def test_each_checkpoint_of_a_sweep_has_one_server_for_all_tasks_which_is_gone_afterwards(
    evalchemy: SmallEvalchemy,
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is asked directly where everything else goes by a proxy, which here is a dead one."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    models = [make_model(here / name, name=name) for name in ("first", "second")]
    arguments = evalchemy.arguments("humaneval", "cruxeval")
    arguments += ["model=tiny", "evalchemy.backend=openai-chat-completions"]
    assert evaluate("-m", "checkpoint=first,second", *arguments) == 0, capsys.readouterr().err
    for model in models:
        assert started(model) == ["server"]
        assert working_on(model) == []
    folders = list(Path("evaluations").iterdir())
    assert len(folders) == 2
    for folder in folders:
        scores = read_scores(folder)
        values = {name: found[0].value for name, found in scores.items()}
        assert values == {"humaneval": 0.75, "cruxeval": 0.75}
