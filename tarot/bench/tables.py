"""A report as tables to read."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from tarot.bench.anatomy import Anatomy
from tarot.bench.fairness import FairnessRun
from tarot.bench.programs import ProgramRuns
from tarot.bench.report import Report
from tarot.bench.requirements import Requirement
from tarot.bench.rewards import BatchRun
from tarot.bench.ways import Way
from tarot.config.benches import BenchConfig
from tarot.types import Verdict

_TEXT_COLUMNS = ("program", "batch", "way", "part", "verdicts", "figure", "setting", "value")


def show(report: Report) -> RenderableType:
    """All tables of what is measured, the required figures last."""
    tables = [_settings(report), *_parts(report)]
    return Group(*tables, show_requirements(report.requirements))


def _parts(report: Report) -> Iterator[Table]:
    if report.programs:
        yield _programs(report.programs)
    if report.anatomy is not None:
        yield _anatomy(report.anatomy)
    if report.batches:
        yield _batches(report.batches)
    if report.fairness:
        yield _fairness(report.fairness)


def _settings(report: Report) -> Table:
    table = _table("machine and settings", "setting", "value")
    for row in (*_machine(report).items(), *_workload(report.config).items()):
        table.add_row(*row)
    return table


def _machine(report: Report) -> dict[str, str]:
    machine = report.machine
    missing = {str(way): fault for way, fault in machine.missing_ways.items()}
    return {
        "interpreter": f"{machine.interpreter} ({machine.python}, numpy {machine.numpy})",
        "kernel, cores": f"{machine.kernel}, {machine.num_cores}",
        "load before": f"{machine.load:.1f} (rates are worth something on a quiet machine alone)",
        "layers of the sandbox": ", ".join(machine.layers) or "none",
        **missing,
    }


def _workload(config: BenchConfig) -> dict[str, str]:
    batch, timeouts, fairness = config.batch, config.timeouts, config.fairness
    return {
        "batch": (
            f"{batch.num_groups * batch.group_size} completions x {batch.num_tests} tests in "
            f"groups of {batch.group_size}, seed {batch.seed}"
        ),
        "repeated inside groups": f"{batch.duplicate_share:.0%} of the completions",
        "importing numpy": f"{batch.numpy_share:.0%} of the distinct programs",
        "timing out": f"{batch.timeout_share:.0%} of them, {batch.timeout_kind}; "
        + _limits(batch.cpu_s, batch.wall_s),
        "batch with time-outs": f"{timeouts.timeout_share:.0%} of them, {batch.timeout_kind}; "
        + _limits(timeouts.cpu_s, timeouts.wall_s),
        "batch by other ways": (
            f"every {config.baseline_every}. completion of each sort, scaled by the sort's number; "
            "published comparator, no duplicates left out"
        ),
        "fairness": (
            f"{fairness.num_programs_per_core} programs of {fairness.program_cpu_s:g} s a core; "
            + _limits(fairness.cpu_s, fairness.wall_s)
        ),
    }


def _limits(cpu_s: float, wall_s: float) -> str:
    return f"limits {cpu_s:g} s of CPU, {wall_s:g} s of wall"


def _programs(runs: Sequence[ProgramRuns]) -> Table:
    table = _table(
        "single programs; latencies of runs alone",
        *("program", "way", "cores", "runs", "wrong", "runs/s", "sandbox is", "CPU ms"),
        *("p50 ms", "p99 ms", "of"),
    )
    rates = {(one.program, one.num_cores): one.runs_per_s for one in runs if _is_sandbox(one.way)}
    for one in runs:
        table.add_row(
            *(one.program, one.way, str(one.num_cores), str(one.num_runs), str(one.num_wrong)),
            f"{one.runs_per_s:.1f}",
            _times(one.way, rates[one.program, one.num_cores] / one.runs_per_s),
            *(f"{figure:.2f}" for figure in (one.cpu_ms, one.p50_ms, one.p99_ms)),
            str(one.num_latencies),
        )
    return table


def _anatomy(anatomy: Anatomy) -> Table:
    table = _table(f"CPU of a trivial run, mean of {anatomy.num_runs}, 1 core", "part", "ms")
    for part, cpu_ms in anatomy.parts_ms().items():
        table.add_row(part, f"{cpu_ms:.3f}")
    table.add_section()
    table.add_row("a run in the sandbox", f"{anatomy.total_ms:.3f}")
    table.add_row("a bare fork", f"{anatomy.bare_fork.total_ms:.3f}")
    return table


def _batches(runs: Sequence[BatchRun]) -> Table:
    table = _table(
        "the whole reward of a batch; seconds are of the whole batch",
        *("batch", "way", "cores", "completions", "programs", "measured", "runs"),
        *("seconds", "sandbox is", "CPU s", "verdicts"),
    )
    walls = {(one.batch, one.num_cores): one.wall_s for one in runs if _is_sandbox(one.way)}
    for one in runs:
        table.add_row(
            *(one.batch, one.way, str(one.num_cores), str(one.num_completions)),
            *(str(one.num_programs), str(one.num_measured), str(one.num_executions)),
            f"{one.wall_s:.2f}",
            _times(one.way, one.wall_s / walls[one.batch, one.num_cores]),
            f"{one.cpu_s:.2f}",
            _counts(one.verdicts),
        )
    return table


def _fairness(runs: Sequence[FairnessRun]) -> Table:
    columns = ("way", "cores", "programs", "seconds", "CPU s", "false time-outs", "verdicts")
    table = _table("right programs that compute, all at once", *columns)
    for one in runs:
        counts = (str(one.num_cores), str(one.num_programs))
        times = (f"{one.wall_s:.2f}", f"{one.cpu_s:.2f}")
        verdicts = (str(one.num_false_timeouts), _counts(one.verdicts))
        table.add_row(one.way, *counts, *times, *verdicts)
    return table


def show_requirements(requirements: Sequence[Requirement]) -> Table:
    """The figures that are held to something, and whether they hold."""
    columns = ("figure", "cores", "measured", "by CPU", "required", "holds")
    table = _table("what the sandbox is held to", *columns)
    for one in requirements:
        required = "" if one.required is None else f"{one.bound} {one.required:g}"
        holds = {None: "", True: "yes", False: "no"}[one.holds]
        by_cpu = "" if one.by_cpu is None else f"{one.by_cpu:.2f}"
        table.add_row(one.name, str(one.num_cores), f"{one.figure:.2f}", by_cpu, required, holds)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="left" if column in _TEXT_COLUMNS else "right")
    return table


def _is_sandbox(way: Way) -> bool:
    return way is Way.SANDBOX


def _times(way: Way, ratio: float) -> str:
    return "" if _is_sandbox(way) else f"{ratio:.1f}x"


def _counts(verdicts: Mapping[Verdict, int]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
