"""The adaptive curriculum's choice and what it rests on, for a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup
from pydantic import ValidationError

from tarot.capability import CandidateSignal, Decision, PhaseSignal
from tarot.metrics import Estimate
from tarot.report.intervals import Bar, draw_bars, in_words
from tarot.runs import RunDirectory, read_json
from tarot.types import Tier, UserError


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen and why, each candidate's early phases, and the pass rates of the probe."""

    chosen: str
    reason: str
    facts: str
    signals: tuple[tuple[str, ...], ...]
    picture: Markup
    rates: tuple[tuple[str, str], ...]


def read_choice(run: RunDirectory) -> Choice | None:
    """The choice of a run whose curriculum is adaptive, once it is made.

    UserError for a decision that can't be read.
    """
    if not run.decision_path.exists():
        return None
    try:
        decision = Decision.from_json(read_json(run.decision_path))
    except ValidationError as error:
        raise UserError(
            f"{run.decision_path}: no decision; the run can't be told from it"
        ) from error
    bars = [
        Bar(f"{name}, phase {number}", "share", _lower(phase))
        for name, phases in _candidates(decision)
        for number, phase in enumerate(phases, start=1)
    ]
    return Choice(
        chosen=decision.chosen,
        reason=decision.reason,
        facts=_facts(decision),
        signals=tuple(_rows(decision)),
        picture=draw_bars("decision", bars, level=decision.threshold),
        rates=tuple(
            (tier.value, in_words(decision.probe.tiers[tier]))
            for tier in Tier
            if tier in decision.probe.tiers
        ),
    )


def _facts(decision: Decision) -> str:
    return (
        f"Probe of {decision.probe.num_problems:,} problems, groups of {decision.group_size}; "
        f"threshold {decision.threshold:.1%}; order, hardest first: "
        f"{', '.join(decision.hardest_first)}; runner-up: {decision.runner_up or 'none'}; "
        f"{decision.agreement:.0%} of {decision.num_draws:,} draws of the problems choose the same."
    )


def _candidates(decision: Decision) -> Iterator[tuple[str, tuple[PhaseSignal, ...]]]:
    """The chosen one first, then in the order of the choice, then the others."""
    by_name: dict[str, CandidateSignal] = {one.name: one for one in decision.candidates}
    for name in dict.fromkeys((decision.chosen, *decision.hardest_first, *by_name)):
        if name in by_name:
            yield name, by_name[name].phases


def _rows(decision: Decision) -> Iterator[tuple[str, ...]]:
    for name, phases in _candidates(decision):
        for phase in phases:
            mark = ", chosen" if name == decision.chosen else ""
            yield (
                f"{name}{mark}",
                f"{phase.start:.0%}",
                " + ".join(tier for tier in Tier if tier in phase.weights.weights),
                f"{phase.share:.1%}, at least {phase.low:.1%}",
                str(phase.num_problems),
            )


def _lower(phase: PhaseSignal) -> Estimate:
    """The share with the one end of its interval that the choice looks at."""
    return Estimate(phase.share, phase.low, phase.share, phase.num_problems, 0)
