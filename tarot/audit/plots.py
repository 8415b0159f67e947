"""The picture of an audit: sizes, times and kills, tier by tier."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tarot.audit.figures import Kills, TierFigures
from tarot.audit.suite_audit import SuiteAudit
from tarot.audit.trivial import Trivial
from tarot.pages import COLORS
from tarot.types import Tier

_SIZE_INCHES = (11.0, 7.5)
_MAIN, _SECOND, _THIRD, _LIMIT = (COLORS[number] for number in (0, 1, 4, 5))


def draw(audit: SuiteAudit) -> Figure:
    """Four plots: input sizes and times of the tests, what the mutants met, what is odd."""
    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    sizes, times, kills, odd = figure.subplots(2, 2).flat
    tiers = [one.tier for one in audit.tiers]
    _boxes(sizes, tiers, [_sizes(audit, tier) for tier in tiers])
    sizes.set_title("input size, bytes")
    _boxes(times, tiers, [_times_s(audit, tier) for tier in tiers])
    times.axhline(audit.effort.limits.cpu_s, color=_LIMIT, linestyle="--", label="limit")
    times.set_title("CPU time of the reference's slowest run, seconds")
    _name_below(times)
    _draw_kills(kills, audit.tiers)
    _draw_odd(odd, audit.tiers)
    for axes in (sizes, times, kills, odd):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _boxes(axes: Axes, tiers: Sequence[Tier | None], values: Sequence[Sequence[float]]) -> None:
    """A box a tier on a logarithmic scale, whiskers to the 1st and the 99th percentile."""
    if any(values):
        axes.boxplot(list(values), whis=(1, 99), tick_labels=_labels(tiers), sym=".")
    axes.set_yscale("log")


def _draw_kills(axes: Axes, tiers: Sequence[TierFigures]) -> None:
    labels = _labels([one.tier for one in tiers])
    all_kills = [one.kills for one in tiers]
    rest = [_share(one.num_killed - one.num_marginal, one) for one in all_kills]
    marginal = [_share(one.num_marginal, one) for one in all_kills]
    axes.bar(labels, marginal, color=_MAIN, label="by no lower tier")
    axes.bar(labels, rest, bottom=marginal, color=_THIRD, label="by a lower one too")
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_title("mutants killed")
    _name_below(axes)


def _draw_odd(axes: Axes, tiers: Sequence[TierFigures]) -> None:
    """Shares of tests; the bars of one kind stand side by side, tier by tier."""
    kinds = {
        "refuse their reference": [
            _part(one.num_run - one.num_passed, one.num_run) for one in tiers
        ],
        "repeat another's input": [_part(one.num_repeated, one.num_tests) for one in tiers],
        "stand in the statement": [_part(one.num_shown, one.num_tests) for one in tiers],
        "accept an echo": [_part(one.num_trivial[Trivial.ECHO], one.num_tests) for one in tiers],
    }
    width = 0.8 / len(kinds)
    colors = (_LIMIT, _SECOND, _THIRD, _MAIN)
    for number, ((name, shares), color) in enumerate(zip(kinds.items(), colors, strict=True)):
        places = [place + (number - 1.5) * width for place in range(len(tiers))]
        axes.bar(places, shares, width, color=color, label=name)
    axes.set_xticks(range(len(tiers)), _labels([one.tier for one in tiers]))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_title("tests that …")
    _name_below(axes)


def _name_below(axes: Axes) -> None:
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)


def _sizes(audit: SuiteAudit, tier: Tier | None) -> list[float]:
    tests = (test for one in audit.problems for test in one.problem.tests)
    return [max(1, len(test.stdin)) for test in tests if test.tier is tier]


def _times_s(audit: SuiteAudit, tier: Tier | None) -> list[float]:
    return [
        run.cpu_s
        for one in audit.problems
        if one.measured is not None and one.problem.reference is not None
        for test, run in zip(one.problem.tests, one.measured.tests, strict=True)
        if test.tier is tier and run.cpu_s > 0
    ]


def _share(part: int, kills: Kills) -> float:
    return _part(part, kills.num_mutants)


def _part(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _labels(tiers: Sequence[Tier | None]) -> list[str]:
    return [tier or "no tier" for tier in tiers]
