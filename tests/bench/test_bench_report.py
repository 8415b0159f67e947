import json
import os
from dataclasses import replace

import pytest
from rich.console import Console

from tarot.bench.measurement import add_timeouts, measure
from tarot.bench.report import Report
from tarot.bench.tables import show
from tarot.cli.composition import compose
from tarot.config.benches import BenchConfig
from tarot.config.validation import parse
from tarot.types import UserError, Verdict

TINY = (
    *("num_runs=4", "num_baseline_runs=2", "baseline_every=6", "cores=[1]"),
    *("batch.num_groups=2", "batch.group_size=3", "batch.num_tests=2", "batch.numpy_share=0"),
    *("batch.cpu_s=20", "timeouts.timeout_share=0.25", "timeouts.cpu_s=0.1", "timeouts.wall_s=5"),
    *("fairness.num_programs_per_core=2", "fairness.program_cpu_s=0.05"),
)


def config(*arguments: str) -> BenchConfig:
    return parse(BenchConfig, compose("bench", arguments)[0].config)


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return list(measure(config(*TINY), announce=lambda stage: None))


def test_every_stage_adds_to_the_report(reports: list[Report]) -> None:
    sizes = [
        (one.anatomy is not None, len(one.programs), len(one.batches), len(one.fairness))
        for one in reports
    ]

    num_ways = 4 - len(reports[0].machine.missing_ways)
    num_programs, num_batches = 3 * num_ways, num_ways + 2
    assert sizes == [
        (True, 0, 0, 0),
        (True, num_programs, 0, 0),
        (True, num_programs, num_batches, 0),
        (True, num_programs, num_batches, 2),
        (True, num_programs, num_batches + 2, 2),
    ]


def test_every_run_was_right(reports: list[Report]) -> None:
    assert [one for one in reports[-1].programs if one.num_wrong] == []
    assert all(0 < one.p50_ms <= one.p99_ms for one in reports[-1].programs)


def test_every_required_ratio_has_its_figure(reports: list[Report]) -> None:
    required = {
        one.name: f"{one.bound} {one.required:g}"
        for one in reports[-1].requirements
        if one.required is not None
    }
    assert required == {
        "trivial: CPU over a bare fork": "at most 4",
        "trivial: throughput over python -c": "at least 3",
        "numpy: throughput over python -c": "at least 10",
        "realistic batch: throughput over python -c": "at least 6",
        "2 right programs at once: false time-outs": "at most 0",
        "time-outs: CPU over their limits and the rest of the batch": "at most 1.15",
    }


def test_a_report_comes_back_from_its_json(reports: list[Report]) -> None:
    for report in reports:
        assert Report.from_json(json.dumps(report.to_plain())) == report


def test_the_tables_say_settings_ways_and_figures(reports: list[Report]) -> None:
    console = Console(width=200)
    with console.capture() as capture:
        for report in reports:
            console.print(show(report))
    text = capture.get()

    assert "6 completions x 2 tests in groups of 3, seed 0" in text
    assert "25% of them, spinning; limits 0.1 s of CPU, 5 s of wall" in text
    assert "every 6. completion" in text
    assert "ProcessPool" in text
    for requirement in reports[-1].requirements:
        assert requirement.name in text


def test_sleeping_timeouts_have_no_limit_of_cpu_to_be_held_to(reports: list[Report]) -> None:
    arguments = (*TINY, "batch.timeout_kind=sleeping", "timeouts.wall_s=0.2")
    report = add_timeouts(replace(reports[0], config=config(*arguments)), num_cores=1)

    assert report.batches[-1].verdicts[Verdict.TIME_LIMIT] > 0
    assert report.requirements == reports[0].requirements


def test_more_cores_than_there_are_is_an_error() -> None:
    available = len(os.sched_getaffinity(0))
    with pytest.raises(UserError, match=rf"^cores: {available + 1}: this machine offers"):
        next(measure(config(f"cores=[{available + 1}]"), announce=lambda stage: None))
