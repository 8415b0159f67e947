"""An explanation as a person reads it, and as JSON."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tarot.explain.causes import TITLES
from tarot.explain.explanation import Explanation, Finding
from tarot.explain.thresholds import MIN_SHARE
from tarot.runs.rollouts import Rollout
from tarot.types import Verdict

MAX_CHARACTERS = 400
_INDENT = "   "


def to_screen(explanation: Explanation) -> RenderableType:
    """Verdict and trend, each named cause in full, and a table of what every cause takes."""
    parts: list[RenderableType] = [Text(line) for line in _opening(explanation)]
    for place, finding in enumerate(explanation.named, start=1):
        parts += [Text(""), *_in_full(place, finding)]
    if explanation.findings:
        parts += [Text(""), _table(explanation)]
    parts += [Text(f"not looked at: {one}") for one in explanation.not_seen]
    return Group(*parts)


def to_plain(explanation: Explanation) -> dict[str, Any]:
    """The same for JSON, completions whole."""
    trend = explanation.trend
    return {
        "run": explanation.run,
        "verdict": _verdict(explanation),
        "steps": {"done": explanation.steps.done, "total": explanation.steps.total},
        "num_completions": explanation.num_completions,
        "named": [one.cause.value for one in explanation.named],
        "causes": [_plain(one) for one in explanation.findings],
        "left": explanation.left,
        "min_share": MIN_SHARE,
        "trend": trend and {"mean": trend.mean, "change": trend.change, "margin_95": trend.margin},
        "not_looked_at": list(explanation.not_seen),
    }


def _opening(explanation: Explanation) -> Iterator[str]:
    yield f"{explanation.run}: {_verdict(explanation)}"
    trend = explanation.trend
    if trend is not None:
        yield trend.in_words
    if explanation.num_completions:
        yield (
            f"{explanation.left:.0%} of the signal of {explanation.num_completions:,} completions "
            f"reaches the weights, {explanation.steps.in_words}"
        )


def _verdict(explanation: Explanation) -> str:
    """What was found, in a line; of a run in which nothing was, whether it is only short."""
    named, trend = explanation.named, explanation.trend
    if named:
        return f"{named[0].cause}: {TITLES[named[0].cause]}"
    if not explanation.num_completions:
        return "nothing to look at: no step has ended"
    if trend is None:
        return "nothing found, and too short to tell: a trend takes three steps"
    if trend.is_told_from_none:
        return "nothing found"
    return (
        f"nothing found, but short: over {trend.num_steps} steps no change of the reward below "
        f"{trend.margin:.2f} can be told from noise; let it run on"
    )


def _in_full(place: int, finding: Finding) -> Iterator[Text]:
    yield Text(f"{place}. {finding.cause}: {TITLES[finding.cause]}", style="bold")
    yield Text(f"{_INDENT}takes {finding.share:.0%} of the signal, {_counted(finding)}")
    for line in finding.evidence:
        yield Text(f"{_INDENT}{line}")
    for change in finding.changes:
        yield Text(f"{_INDENT}change {change.typed} ({change.purpose})", style="green")
    if finding.sample is not None:
        yield Text(f"{_INDENT}for example {_place(finding.sample)}:")
        for line in _shown(finding.sample.completion).split("\n"):
            yield Text(f"{_INDENT}  | {line}", style="dim")


def _counted(finding: Finding) -> str:
    unit = "steps" if finding.counts_steps else "completions"
    return f"{finding.count:,} of {finding.total:,} {unit}"


def _place(row: Rollout) -> str:
    reward = "no reward" if row.reward is None else f"reward {row.reward:.3g}"
    verdicts = [verdict for verdict in Verdict if any(r.verdict is verdict for r in row.results)]
    tests = f"tests {', '.join(verdicts)}" if verdicts else "no test"
    cut = ", cut off" if row.truncated else ""
    return f"in step {row.step}, problem {row.problem_id}, {reward}, {tests}{cut}"


def _shown(text: str) -> str:
    """The beginning of a text, in which control characters do nothing to a terminal."""
    visible = "".join(c if c == "\n" or c.isprintable() else c.__repr__()[1:-1] for c in text)
    more = len(visible) - MAX_CHARACTERS
    return visible if more <= 0 else f"{visible[:MAX_CHARACTERS]} … and {more:,} characters"


def _table(explanation: Explanation) -> Table:
    table = Table(title="what takes the signal", title_justify="left")
    for heading in ("cause", "share", "counted", "what it is"):
        table.add_column(heading, justify="right" if heading == "share" else "left")
    for one in explanation.findings:
        table.add_row(one.cause, f"{one.share:.1%}", _counted(one), TITLES[one.cause])
    table.add_row("left", f"{explanation.left:.1%}", "", "reaches the weights")
    return table


def _plain(finding: Finding) -> dict[str, Any]:
    sample = finding.sample
    return {
        "cause": finding.cause.value,
        "title": TITLES[finding.cause],
        "share": finding.share,
        "count": finding.count,
        "of": finding.total,
        "unit": "steps" if finding.counts_steps else "completions",
        "evidence": list(finding.evidence),
        "changes": [
            {"key": one.key, "value": one.value, "purpose": one.purpose} for one in finding.changes
        ],
        "sample": sample
        and {
            "step": sample.step,
            "group": sample.group,
            "problem": sample.problem_id,
            "completion": sample.completion,
            "reward": sample.reward,
            "truncated": sample.truncated,
            "verdicts": [result.verdict.value for result in sample.results],
        },
    }
