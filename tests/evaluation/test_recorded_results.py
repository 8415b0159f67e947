"""What Evalchemy really wrote, read as `expected.json` beside it says, and its failures refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.config.targets import build
from tarot.evaluation import BenchmarkFailure
from tarot.evaluation.evalchemy.faults import cause_of_end, logged_error, traceback_in
from tarot.evaluation.evalchemy.outputs import Expected, read_result

TASKS = {
    "HumanEval": 164,
    "HumanEvalPlus": 12,
    "MBPP": 500,
    "MBPPPlus": 7,
    "LiveCodeBenchv5_official": 4,
    "CodeForces": 4,
    "CruxEval": 800,
}
"""The tasks that were recorded; some on fewer problems, of which there are as many as here."""

FAILURES = {
    "empty_metrics_rc0": ("HumanEvalPlus", "no python_pass@1 in the result, which holds nothing"),
    "python_part_lost_rc0": (
        "HumanEval",
        "no python_pass@1 in the result, which holds sh_pass@1",
    ),
    "wrong_cwd_rc0": ("HumanEval", "no python_pass@1 in the result, which holds nothing"),
    "nan_metrics_from_code": ("MBPP", "pass@1 is nan, no number"),
    "log_samples_keyerror_rc1": ("", "exit code 1: KeyError: 'samples'"),
    "no_results_file_rc1": (
        "",
        "exit code 1: ValueError: The following tasks could not be found: ['Nope']",
    ),
}


@pytest.fixture(scope="module")
def expected() -> dict[str, Expected]:
    """What each shipped benchmark asks of a result, by its task."""
    (job,) = compose("evaluate", ["model=tiny"])
    nodes = job.config["benchmark"]
    tasks = [build(f"benchmark.{name}", node) for name, node in nodes.items()]
    return {one.task: one.expected(debug=False) for one in tasks}


def with_problems(expected: Expected, number: int) -> Expected:
    metrics, std_error = expected.metrics, expected.std_error
    return Expected(expected.task, metrics, std_error, number, expected.num_samples)


def test_every_recorded_task_and_failure_is_known_here(shared: Path) -> None:
    folder = shared / "evalchemy"
    recorded = {path.name for path in folder.iterdir() if path.is_dir()} - {"failures"}
    assert recorded == TASKS.keys() == json.loads((folder / "expected.json").read_text()).keys()
    assert {path.name for path in (folder / "failures").iterdir()} == FAILURES.keys()


@pytest.mark.parametrize("task", TASKS)
def test_a_recorded_result_is_read(shared: Path, expected: dict[str, Expected], task: str) -> None:
    told = json.loads((shared / "evalchemy" / "expected.json").read_text())[task][task]
    keys, values = told["primary"]
    pairs = zip(keys, values, strict=True) if isinstance(keys, list) else [(keys, values)]
    asked = with_problems(expected[task], TASKS[task])
    found = read_result(shared / "evalchemy" / task, asked)
    assert found.values == dict(pairs)
    assert found.std_error == told["stderr"]
    counted = told["extra"].get("num_total", told["extra"].get("num_examples"))
    assert found.num_problems == counted


@pytest.mark.parametrize("task", ["MBPP", "CodeForces"])
def test_a_recorded_result_of_another_number_of_problems_is_refused(
    shared: Path, expected: dict[str, Expected], task: str
) -> None:
    asked = with_problems(expected[task], 499)
    with pytest.raises(BenchmarkFailure, match=f"{TASKS[task]} problems, not 499"):
        read_result(shared / "evalchemy" / task, asked)


@pytest.mark.parametrize("case", FAILURES)
def test_a_recorded_failure_is_refused_with_its_cause(
    shared: Path, expected: dict[str, Expected], case: str
) -> None:
    task, cause = FAILURES[case]
    folder = shared / "evalchemy" / "failures" / case
    if not task:
        log = (folder / "stderr.log").read_text()
        assert cause_of_end(1, log) == cause
        assert traceback_in(log) == cause.removeprefix("exit code 1: ")
        return
    with pytest.raises(BenchmarkFailure) as failure:
        read_result(folder, expected[task])
    assert str(failure.value) == cause


LINE = "2026-11-23:02:31:01,206 ERROR    [eval_instruct.py:140] Error processing language python: x"
OWN = "Traceback (most recent call last):\n  File a\nValueError: x\n"


@pytest.mark.parametrize(
    ("log", "error", "traceback"),
    [
        (f"INFO\n{LINE}\n", "Error processing language python: x", None),
        (f"a\n{OWN}", None, "ValueError: x"),
        (f"Process ForkProcess-3:\n{OWN}", None, None),
        (f"INFO Wrote aggregated results to: a\n{OWN}", None, None),
        ("Traceback (most recent call last):\n  File a\n", None, "a traceback without an end"),
    ],
)
def test_a_log_is_searched_for_what_evalchemy_goes_on_after(
    log: str, error: str | None, traceback: str | None
) -> None:
    assert (logged_error(log), traceback_in(log)) == (error, traceback)


@pytest.mark.parametrize(
    ("results", "cause"),
    [
        ({"MBPP": {"pass@1": True}}, "pass@1 is True, no number"),
        ({"MBPP": {"pass@1": "0.5"}}, "pass@1 is 0.5, no number"),
        ({"MBPP": {"pass@1": -0.1}}, "pass@1 is -0.1, and should lie in"),
        ({"MBPP": {"error": "out of memory"}}, "MBPP: out of memory"),
        ({"MBPP": {"pass@1": 0.5, "completion_rate": 0.9}}, "completion_rate is 0.9: answers"),
        ({"MBPP": {"pass@1": 0.5, "num_repeat": 3}}, "3 samples a problem, not 1"),
        ({"MBPP": None}, "results_1.json holds no results of MBPP"),
        ({}, "results_1.json holds no results of MBPP"),
    ],
)
def test_what_a_result_might_hold_instead_is_refused(
    tmp_path: Path, results: dict[str, Any], cause: str
) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "results_1.json").write_text(json.dumps({"results": results}))
    with pytest.raises(BenchmarkFailure) as failure:
        read_result(tmp_path, Expected("MBPP", ("pass@1",), None, None, 1))
    assert str(failure.value).startswith(cause)


def test_no_result_and_two_results_are_refused(tmp_path: Path) -> None:
    asked = Expected("MBPP", ("pass@1",), None, None, 1)
    with pytest.raises(BenchmarkFailure, match="0 result files"):
        read_result(tmp_path, asked)
    (tmp_path / "m").mkdir()
    for name in ("results_1.json", "results_2.json"):
        (tmp_path / "m" / name).write_text("{}")
    with pytest.raises(BenchmarkFailure, match="2 result files"):
        read_result(tmp_path, asked)
