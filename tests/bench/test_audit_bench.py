"""The bench of the audit: its figures from numbers given, and one small run of it."""

import json
from pathlib import Path

import pytest

from tarot.bench.auditing import AuditBench
from tarot.bench.clock import Usage
from tarot.bench.workload import light_problems
from tarot.cli.main import main
from tarot.runs.exits import Exit


def test_rates_ratio_and_projection_follow_from_what_was_measured() -> None:
    """1,000 runs in 2 s beside 10 in 0.25 s: 500 and 40 a second, 12.5 times as many."""
    bench = AuditBench(
        num_cores=2,
        num_problems=20,
        num_tests=100,
        num_runs=1000,
        num_unsound=0,
        audit=Usage(wall_s=2.0, cpu_s=4.0, caller_cpu_s=0.5),
        num_baseline_runs=10,
        baseline=Usage(wall_s=0.25, cpu_s=0.2, caller_cpu_s=0.0),
    )
    assert (bench.runs_per_s, bench.tests_per_s, bench.baseline_runs_per_s) == (500, 50, 40)
    assert bench.projected_s == pytest.approx(1550.6)
    assert bench.requirement.figure == pytest.approx(12.5)
    assert bench.requirement.by_cpu == pytest.approx(5.0)
    assert bench.requirement.holds


def test_light_problems_differ_and_come_again() -> None:
    problems = light_problems(3, 5, seed=1)
    assert len({one.reference for one in problems}) == 3
    assert {len(one.tests) for one in problems} == {5}
    assert problems == light_problems(3, 5, seed=1) != light_problems(3, 5, seed=2)


def test_a_small_bench_counts_every_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two problems of two tests: the reference and one mutant run once on each."""
    out = tmp_path / "audit.json"
    small = ("num_problems=2", "num_tests=2", "num_baseline_runs=2", "runs=1", "mutants=1")
    assert main(["bench", "what=audit", *small, "sandbox.slots=1", f"out={out}"]) == Exit.OK
    figures = json.loads(out.read_text())
    assert (figures["num_runs"], figures["num_tests"], figures["num_unsound"]) == (8, 4, 0)
    assert "projected for 15,506 problems" in capsys.readouterr().out
