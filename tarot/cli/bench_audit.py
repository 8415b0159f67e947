"""`tarot bench what=audit`: the audit of light problems beside one `python -c` a test."""

import os
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

from rich.console import Console

from tarot.audit.measured import Effort, Ledger
from tarot.audit.measuring import Measurer
from tarot.bench.auditing import AuditBench, run_baseline, show_audit
from tarot.bench.clock import Stopwatch, Usage
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
    before = run_baseline(problems, first, limits)
    ledger, num_runs, usage = _audited(problems, bench, limits)
    after = run_baseline(problems, second, limits)
    tests = [test for result in ledger.results.values() for test in result.tests]
    return AuditBench(
        num_cores=len(os.sched_getaffinity(0)),
        num_problems=len(problems),
        num_tests=len(tests),
        num_runs=num_runs,
        num_unsound=sum(not (test.is_passed and test.is_steady) for test in tests),
        audit=usage,
        num_baseline_runs=bench.num_baseline_runs,
        baseline=Usage(*map(sum, zip(astuple(before), astuple(after), strict=True))),
    )


def _audited(
    problems: list[Problem], bench: BenchAuditConfig, limits: Limits
) -> tuple[Ledger, int, Usage]:
    """Results, runs and what they took, from warm slots to the last result."""
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
        with Stopwatch() as watch:
            for progress in measurer.stream(problems, ledger):
                num_runs = progress.num_runs
        return ledger, num_runs, watch.usage
    finally:
        sandbox.close()
