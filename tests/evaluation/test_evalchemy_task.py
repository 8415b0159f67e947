"""One task of a small Evalchemy: what of it becomes a score, and by what a score is known."""

import json
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tarot.evaluation import read_scores
from tarot.evaluation.running import place_of
from tarot.types import UserError
from tests.evaluation.small_evalchemy import (
    ANSWERS,
    SmallEvalchemy,
    SmallEvaluation,
    make_evaluation,
    make_model,
    started,
)
from tests.evaluation.standin.vllm.entrypoints.cli.main import Handler

BY_LAYER = {"full_attention": {"rope_theta": 1e6}, "sliding_attention": {"rope_theta": 1e4}}


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("lost", "no python_pass@1 in the result, which holds sh_pass@1: Error processing"),
        ("nan", "python_pass@1 is nan, no number"),
        ("beyond", "python_pass@1 is 1.5, and should lie in [0, 1]"),
        ("other", "python_pass@1 is 0.25, and the single judgements say 0.75"),
        ("fewer", "3 problems were judged, not 4"),
        ("traceback", "OSError: no space left"),
        ("exit", "exit code 1: KeyError: 'samples'"),
    ],
)
def test_a_result_that_is_not_whole_is_no_score(
    small: SmallEvaluation, here: Path, fault: str, cause: str
) -> None:
    evaluation = small.of(make_model(here / "weights", {"HumanEval": fault}))
    result = small.run(evaluation)
    assert result.score is None
    assert result.cause.startswith(cause)
    assert read_scores(evaluation.target.folder) == {}


def test_other_weights_and_settings_are_other_scores_and_small_runs_lie_apart(
    small: SmallEvaluation, here: Path
) -> None:
    model = make_model(here / "weights")
    assert small.run(small.of(model, debug=True)).score is not None
    folder = small.of(model).target.folder
    assert read_scores(folder) == {}
    assert read_scores(folder / "debug")["humaneval"][0].num_problems == 2
    for batch_size in (1, 2, 2):
        assert small.run(small.of(model, batch_size=batch_size)).score is not None
    assert len(read_scores(folder)["humaneval"]) == 2
    assert started(model) == ["HumanEval"] * 3
    answers = json.loads((model / "answers.json").read_text())
    (model / "answers.json").write_text(json.dumps({**answers, "a": "def f(x): return 0"}))
    changed = small.run(small.of(model)).score
    assert changed is not None
    assert changed.value == 0.5


def test_a_server_of_the_users_is_asked(small: SmallEvaluation, here: Path) -> None:
    """Also of weights that Evalchemy's own environment could not load."""
    Handler.answers, Handler.name = ANSWERS, "theirs"
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}/v1"
        asking = {"backend": "openai-chat-completions", "base_url": url}
        model = make_model(here / "weights")
        (model / "config.json").write_text(json.dumps({"rope_parameters": BY_LAYER}))
        evaluation = small.of(model, **asking)
        small.benchmark.check(evaluation)
        result = small.run(evaluation)
        other = small.of(here / "weights", **asking, served_model="ours")
        with pytest.raises(UserError, match=r"served_model=ours: .* serves theirs"):
            small.benchmark.check(other)
        server.shutdown()
    assert result.score is not None, result.cause
    assert result.score.value == 0.75


def test_how_the_work_is_spread_makes_no_other_score(small: SmallEvaluation, here: Path) -> None:
    model = make_model(here / "weights")
    keys = {
        place_of("humaneval", small.benchmark, small.of(model, **changes)).key
        for changes in ({}, {"num_concurrent": 2}, {"hardware": {"threads": 8}})
    }
    assert len(keys) == 1
    other = place_of("humaneval", small.benchmark, small.of(model, hardware={"dtype": "bfloat16"}))
    assert other.key not in keys


def test_another_metric_makes_another_score(
    evalchemy: SmallEvalchemy, small: SmallEvaluation, here: Path
) -> None:
    shell = make_evaluation(evalchemy, "benchmark.humaneval.metrics=[sh_pass@1]")
    evaluation = small.of(make_model(here / "weights"))
    usual, other = (place_of("humaneval", one.benchmark, evaluation) for one in (small, shell))
    assert usual.key != other.key
