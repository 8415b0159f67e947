"""`tarot bench what=audit`: the audit of light problems beside one `python -c` a test."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from tarot.audit.measured import Effort, Ledger
from tarot.audit.measuring import Measurer
from tarot.bench.auditing import AuditBench, baseline_wall_s, show_audit
from tarot.bench.workload import light_problems
from tarot.cli.outputs import check_output
from tarot.cli.screen import screen
from tarot.config.benches import BenchAuditConfig
from tarot.config.targets import build, check_target
from tarot.config.validation import parse
from tarot.runs import write_json
from tarot.runs.exits import Exit
from tarot.types import Limits, Problem


def bench_audit(config: Mapping[str, Any]) -> Exit:
    """Measure, show the figures, and write them where `out` says."""
    bench = parse(BenchAuditConfig, config)
    check_output("out", bench.out)
    check_target("sandbox", bench.sandbox)
    with Console(stderr=True).status("auditing"):
        result = _measure(bench)
    screen().print(show_audit(result))
    if bench.out:
        write_json(Path(bench.out), result.to_plain())
    return Exit.OK


def _measure(bench: BenchAuditConfig) -> AuditBench:
    """The baseline is run in two halves, before and after the audit, lest one have a quiet hour."""
    problems = light_problems(bench.num_problems, bench.num_tests, bench.seed)
    limits = Limits(**bench.grading.limits.model_dump())
    first, second = (bench.num_baseline_runs + 1) // 2, bench.num_baseline_runs // 2
    baseline_s = baseline_wall_s(problems, first, limits)
    ledger, num_runs, wall_s = _audited(problems, bench, limits)
    baseline_s += baseline_wall_s(problems, second, limits)
    tests = [test for result in ledger.results.values() for test in result.tests]
    return AuditBench(
        num_cores=len(os.sched_getaffinity(0)),
        num_problems=len(problems),
        num_tests=len(tests),
        num_runs=num_runs,
        num_unsound=sum(not (test.is_passed and test.is_steady) for test in tests),
        wall_s=wall_s,
        num_baseline_runs=bench.num_baseline_runs,
        baseline_wall_s=baseline_s,
    )


def _audited(
    problems: list[Problem], bench: BenchAuditConfig, limits: Limits
) -> tuple[Ledger, int, float]:
    """Results, runs and seconds, from warm slots to the last result."""
    effort = Effort(
        limits=limits,
        comparator=bench.grading.comparator,
        runs=bench.runs,
        mutants=bench.mutants,
        mutant_time_factor=bench.mutant_time_factor,
        seed=bench.seed,
    )
    sandbox = build("sandbox", bench.sandbox)
    try:
        measurer = Measurer(sandbox, effort)
        measurer.measure(light_problems(1, bench.num_tests, bench.seed + 1))
        ledger, num_runs = Ledger(None), 0
        started_s = time.perf_counter()
        for progress in measurer.stream(problems, ledger):
            num_runs = progress.num_runs
        return ledger, num_runs, time.perf_counter() - started_s
    finally:
        sandbox.close()
