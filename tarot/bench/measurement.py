"""The whole bench, stage by stage: the report grows with each."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tarot.bench.anatomy import dissect
from tarot.bench.clock import bound_to
from tarot.bench.fairness import measure_fairness
from tarot.bench.programs import measure_programs
from tarot.bench.report import Report, this_machine
from tarot.bench.requirements import (
    bare_fork_requirement,
    batch_requirements,
    fairness_requirement,
    program_requirements,
    timeout_requirement,
)
from tarot.bench.rewards import (
    BatchName,
    BatchRun,
    limits_of_timeouts_s,
    reward_as_published,
    reward_in_sandbox,
)
from tarot.bench.ways import Way, available_ways
from tarot.bench.workload import Sort, make_batch
from tarot.config.benches import BenchBatchConfig, BenchConfig
from tarot.types import Limits, UserError

Announce = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the bench; `measure` adds to a report what it finds on some number of cores."""

    name: str
    measure: Callable[[Report, int], Report]


def measure(config: BenchConfig, announce: Announce) -> Iterator[Report]:
    """The report after each stage, whose name and cores are announced before; raises UserError."""
    available = sorted(os.sched_getaffinity(0))
    numbers = config.cores or sorted({1, len(available)})
    if max(numbers) > len(available):
        raise UserError(f"cores: {max(numbers)}: this machine offers {len(available)}")
    for batch in _batches(config).values():
        make_batch(batch)
    report = Report(config, this_machine())
    plan = [(Stage("a trivial run", add_anatomy), 1)]
    plan += [(stage, num_cores) for num_cores in numbers for stage in _STAGES]
    for stage, num_cores in plan:
        announce(f"{stage.name} on {num_cores} of {len(available)} cores")
        with bound_to(available[:num_cores]):
            report = stage.measure(report, num_cores)
        yield report


def add_anatomy(report: Report, num_cores: int) -> Report:
    """Take a trivial run apart."""
    anatomy = dissect(report.config.num_runs)
    requirements = (*report.requirements, bare_fork_requirement(anatomy))
    return replace(report, anatomy=anatomy, requirements=requirements)


def add_programs(report: Report, num_cores: int) -> Report:
    """Single programs in every way."""
    config = report.config
    runs = measure_programs(config.num_runs, config.num_baseline_runs, num_cores)
    return replace(
        report,
        programs=(*report.programs, *runs),
        requirements=(*report.requirements, *program_requirements(runs)),
    )


def add_batches(report: Report, num_cores: int) -> Report:
    """The realistic batch in every way, and without duplicates in the published one."""
    every = report.config.baseline_every
    runs: list[BatchRun] = []
    for name in (BatchName.REALISTIC, BatchName.DISTINCT):
        batch = _batches(report.config)[name]
        completions, limits = make_batch(batch), _limits(batch)
        runs.append(reward_in_sandbox(name, completions, limits, num_cores))
        for way in _baselines(name):
            runs.append(reward_as_published(name, completions, limits, num_cores, way, every))
    return replace(
        report,
        batches=(*report.batches, *runs),
        requirements=(*report.requirements, *batch_requirements(runs)),
    )


def add_timeouts(report: Report, num_cores: int) -> Report:
    """The batch with time-outs in the sandbox, and what is left of it without them."""
    batch = _batches(report.config)[BatchName.TIMEOUTS]
    completions, limits = make_batch(batch), _limits(batch)
    others = [one for one in completions if one.sort is not Sort.TIMEOUT]
    rest = reward_in_sandbox(BatchName.REST, others, limits, num_cores)
    whole = reward_in_sandbox(BatchName.TIMEOUTS, completions, limits, num_cores)
    report = replace(report, batches=(*report.batches, rest, whole))
    if batch.timeout_kind != "spinning":
        return report
    limits_s = limits_of_timeouts_s(completions, limits)
    requirement = timeout_requirement(whole, rest, limits_s)
    return replace(report, requirements=(*report.requirements, requirement))


def add_fairness(report: Report, num_cores: int) -> Report:
    """Right programs at once, in the sandbox and in the published way."""
    ways = (Way.SANDBOX, Way.SUBPROCESS)
    runs = [measure_fairness(report.config.fairness, num_cores, way) for way in ways]
    return replace(
        report,
        fairness=(*report.fairness, *runs),
        requirements=(*report.requirements, fairness_requirement(runs[0])),
    )


_STAGES = (
    Stage("single programs", add_programs),
    Stage("the realistic batch", add_batches),
    Stage("fairness", add_fairness),
    Stage("the batch with time-outs", add_timeouts),
)


def _batches(config: BenchConfig) -> dict[BatchName, BenchBatchConfig]:
    return {
        BatchName.REALISTIC: config.batch,
        BatchName.DISTINCT: config.batch.model_copy(update={"duplicate_share": 0.0}),
        BatchName.TIMEOUTS: config.batch.model_copy(update=config.timeouts.model_dump()),
    }


def _limits(batch: BenchBatchConfig) -> Limits:
    return Limits(batch.cpu_s, batch.wall_s, memory_mb=512, output_kb=1024)


def _baselines(batch: BatchName) -> list[Way]:
    """All other ways for the realistic batch, the published one for others."""
    if batch is not BatchName.REALISTIC:
        return [Way.SUBPROCESS]
    return [way for way in available_ways() if way is not Way.SANDBOX]
