"""A chart of some metrics over steps, and which charts a run's log has figures for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tarot.report.series import Series


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: its name, the metric that it shows, and the number of its style."""

    name: str
    key: str
    style: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Some metrics over steps; `about` says what they are, `is_share` that they lie in [0, 1]."""

    name: str
    title: str
    about: str
    lines: tuple[Line, ...]
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts for which there are figures, those for which there are none, and what is left.

    `others` are the metrics of the log that no chart asks for.
    """

    shown: tuple[Chart, ...]
    missing: tuple[Chart, ...]
    others: tuple[str, ...]


def chart(
    name: str, title: str, about: str, *pairs: tuple[str, str], is_share: bool = False
) -> Chart:
    """A chart of (name, metric) pairs, styled in their order."""
    lines = tuple(Line(*pair, number) for number, pair in enumerate(pairs))
    return Chart(name, title, about, lines, is_share)


def select(charts: Iterable[Chart], series: Series) -> Charts:
    """The charts that have figures, each with the lines that have."""
    asked = list(charts)
    kept = [_kept(one, series) for one in asked]
    used = {line.key for one in asked for line in one.lines}
    return Charts(
        shown=tuple(one for one in kept if one.lines),
        missing=tuple(one for one, left in zip(asked, kept, strict=True) if not left.lines),
        others=tuple(key for key in series.values if key not in used and series.has(key)),
    )


def occurring(chart: Chart, series: Series) -> Chart:
    """The chart without the lines that are 0 throughout, unless all are."""
    lines = tuple(one for one in chart.lines if _is_ever_positive(series, one.key))
    return replace(chart, lines=lines or chart.lines)


def _kept(chart: Chart, series: Series) -> Chart:
    return replace(chart, lines=tuple(line for line in chart.lines if series.has(line.key)))


def _is_ever_positive(series: Series, key: str) -> bool:
    return series.has(key) and bool((series.values[key] > 0).any())
