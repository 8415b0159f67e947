"""The figures of an audit as rows of texts, one column a tier, for the terminal and the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tarot.audit.figures import Kills, Step, TierFigures
from tarot.audit.suite_audit import SuiteAudit
from tarot.audit.trivial import Trivial

Cell = Callable[[TierFigures], str]
NONE = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and its value for each tier."""

    name: str
    cells: tuple[str, ...]


def tier_names(audit: SuiteAudit) -> list[str]:
    """The heads of the columns."""
    return [one.tier or "without a tier" for one in audit.tiers]


def tier_rows(audit: SuiteAudit, with_times: bool = True) -> list[Row]:
    """Every figure of every tier; those of times differ from one measurement to the next."""
    return [
        Row(name, tuple(cell(one) for one in audit.tiers))
        for name, cell in _CELLS.items()
        if with_times or name not in _TIMES
    ]


def step_rows(steps: Sequence[Step]) -> list[Row]:
    """For each measure, the share of problems in which it does not fall, step by step."""
    measures = dict.fromkeys(step.measure for step in steps)
    return [
        Row(
            measure,
            tuple(
                _share(step.num_not_falling, step.num_problems)
                for step in steps
                if step.measure == measure
            ),
        )
        for measure in measures
    ]


def step_names(steps: Sequence[Step]) -> list[str]:
    """The heads of the columns."""
    return list(dict.fromkeys(f"{step.lower} to {step.higher}" for step in steps))


def kills_line(kills: Kills) -> str:
    """What the whole suites kill."""
    share = _share(kills.num_killed, kills.num_mutants)
    return f"mutants: {kills.num_killed:,} of {kills.num_mutants:,} killed by their suites, {share}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} of {whole:,}" if whole else NONE


def _count(name: str) -> Cell:
    return lambda one: f"{getattr(one, name):,}"


def _of_tests(name: str) -> Cell:
    """A count, and its share of the tests where it is not 0."""
    return lambda one: _with_share(getattr(one, name), one.num_tests)


def _with_share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.1%})" if part else "0"


def _trivial(kind: Trivial) -> Cell:
    return lambda one: _with_share(one.num_trivial[kind], one.num_tests)


def _kills(name: str) -> Cell:
    return lambda one: _share(getattr(one.kills, name), one.kills.num_mutants)


def _bytes(part: str) -> Cell:
    return lambda one: f"{getattr(one.input_bytes, part):,.0f}"


def _cpu_ms(part: str) -> Cell:
    return lambda one: NONE if one.cpu_s is None else f"{1000 * getattr(one.cpu_s, part):,.1f}"


def _margin(one: TierFigures) -> str:
    return NONE if one.least_margin is None else f"{one.least_margin:,.1f}"


_TIMES: dict[str, Cell] = {
    "CPU ms, median": _cpu_ms("median"),
    "CPU ms, 99% within": _cpu_ms("p99"),
    "CPU ms, largest": _cpu_ms("largest"),
    "time limit over the slowest run": _margin,
}
_CELLS: dict[str, Cell] = {
    "problems": _count("num_problems"),
    "tests": _count("num_tests"),
    "pass their reference": lambda one: _share(one.num_passed, one.num_run),
    "not deterministic": _of_tests("num_unsteady"),
    "input repeats a test of the suite": _of_tests("num_repeated"),
    "input repeats the original test": _of_tests("num_original"),
    "input stands in the statement": _of_tests("num_shown"),
    "one output for the whole suite": _of_tests("num_constant"),
    "empty output expected": _of_tests("num_empty"),
    "several answers suspected": _of_tests("num_ambiguous"),
    **{f"passed by the {kind} program": _trivial(kind) for kind in Trivial},
    "input bytes, median": _bytes("median"),
    "input bytes, 99% within": _bytes("p99"),
    "input bytes, largest": _bytes("largest"),
    **_TIMES,
    "mutants killed": _kills("num_killed"),
    "by no lower tier (marginal)": _kills("num_marginal"),
    "by no other tier": _kills("num_alone"),
}
