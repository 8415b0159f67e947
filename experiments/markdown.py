"""Tables and figures of the experiments as markdown."""

from collections.abc import Collection, Iterable, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], figures: Collection[str]) -> str:
    """A table whose columns headed by one of `figures` stand to the right, words to the left."""
    rules = ["--:" if heading in figures else ":--" for heading in headings]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rules, *rows))


def points(share: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return f"{100 * share:+.1f}"


def interval(low: float, high: float) -> str:
    """The two ends of an interval, in percentage points."""
    return f"[{points(low)}, {points(high)}]"
