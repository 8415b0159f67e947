import json

import pytest
from rich.console import Console

from tarot.sandbox.bench import FORK, SANDBOX, SUBPROCESS, Bench, Measurement, run_bench


def measured(way: str, runs_per_s: float, cpu_ms: float) -> Measurement:
    return Measurement("trivial", way, 1, 10, runs_per_s, cpu_ms, 1.0, 2.0)


BENCH = Bench(
    layers=("seccomp",),
    measurements=(
        measured(FORK, 1000.0, 1.0),
        measured(SANDBOX, 300.0, 2.5),
        measured(SUBPROCESS, 60.0, 15.0),
    ),
)


def test_ratios_compare_with_the_baseline_and_with_a_bare_fork() -> None:
    assert BENCH.ratios() == {
        "trivial on 1: throughput over python -c": 5.0,
        "trivial on 1: CPU over a bare fork": 2.5,
    }


def test_json_holds_measurements_and_ratios() -> None:
    content = json.loads(BENCH.to_json())

    assert content["layers"] == ["seccomp"]
    assert content["measurements"][1]["cpu_ms"] == 2.5
    assert content["ratios"] == BENCH.ratios()


def test_the_table_shows_every_measurement() -> None:
    console = Console(width=120, record=True, quiet=False, file=None)
    with console.capture() as capture:
        console.print(BENCH.table())

    assert capture.get().count("trivial") == 5


def test_a_bench_that_was_never_run_has_no_measurement() -> None:
    with pytest.raises(KeyError):
        BENCH.find("numpy", SANDBOX, 1)


def test_a_real_bench_finds_the_sandbox_faster_than_new_interpreters() -> None:
    bench = run_bench(40, 20, cores=[1], programs={"trivial": "print(int(input()) + 1)"})

    assert [(m.way, m.num_cores) for m in bench.measurements] == [
        (FORK, 1),
        (SANDBOX, 1),
        (SUBPROCESS, 1),
    ]
    assert all(0 < m.p50_ms <= m.p99_ms for m in bench.measurements)
    assert min(bench.ratios().values()) > 1
