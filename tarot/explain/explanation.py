"""What takes the signal from a run: how much each cause takes, with evidence, sample and remedy.

Every completion that was trained on brings an equal part of the signal. What teaches nothing is
taken out by the first cause that it met; of what the rest brings to an update, the causes that
weaken updates take their share of what those before them left. So the shares and what is left of
the signal add up to 1, and they rank the causes.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from tarot.explain.advice import Change, changes_for
from tarot.explain.agreement import GAP, Agreement, agreement
from tarot.explain.causes import Cause
from tarot.explain.completions import Attribution, Losses, Tally
from tarot.explain.evidence import evidence_for
from tarot.explain.lines import Lines
from tarot.explain.settings import RunSettings
from tarot.explain.thresholds import MAX_ROLLOUTS, MIN_SHARE, MIN_SHOWN
from tarot.explain.trend import Trend, trend_of
from tarot.explain.updates import KL, UPDATE, broken_steps, lost_in
from tarot.runs import RunDirectory
from tarot.runs.last_words import last_words
from tarot.runs.rollouts import Rollout, num_rollouts, read_rollouts
from tarot.runs.standing import Steps, steps_of

_END = sys.maxsize
_UNJUDGED = "could not be judged"


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause, the share of the signal that it takes, and what speaks for it.

    `count` of `total` are completions, or steps where `counts_steps`; a sample is a completion that
    the cause takes, or one of the step that it takes most from.
    """

    cause: Cause
    share: float
    count: int
    total: int
    counts_steps: bool
    evidence: tuple[str, ...]
    changes: tuple[Change, ...]
    sample: Rollout | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All causes that take something, by their share; `left` is what reaches the weights of 1.

    `not_seen` says what the run has no record of.
    """

    run: str
    steps: Steps
    num_completions: int
    findings: tuple[Finding, ...]
    left: float
    trend: Trend | None
    not_seen: tuple[str, ...]

    @property
    def named(self) -> tuple[Finding, ...]:
        """The causes that take enough to be seen in a curve."""
        return tuple(one for one in self.findings if one.share >= MIN_SHARE)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one cause takes of the updates, in completions, by step."""

    by_step: Mapping[int, float]

    @property
    def sum(self) -> float:
        """Over all steps."""
        return sum(self.by_step.values())

    @property
    def worst(self) -> int:
        """The step that it takes most from."""
        return max(self.by_step, key=lambda step: self.by_step[step])


def explain(run: RunDirectory) -> Explanation:
    """Look through a run's config, log and rollouts, finished or not."""
    settings, lines = RunSettings(run.config()), Lines.of(run.log.steps())
    broken = broken_steps(lines, settings)
    attribution = Attribution(
        settings, lines.series("entropy"), broken_since=broken[0] if broken else None
    )
    counted = attribution.tally(read_rollouts(run, _chosen_steps(run)))
    agreed = agreement(lines, settings)
    looked_at = _LookedAt(settings, lines, counted, agreed, broken)
    found = looked_at.findings() if counted.rows else _without_steps(run, settings)
    findings = sorted(found, key=lambda one: (-one.share, one.cause))
    return Explanation(
        run=run.path.resolve().name,
        steps=steps_of(run),
        num_completions=counted.rows.total(),
        findings=tuple(findings),
        left=max(0.0, 1.0 - sum(one.share for one in findings)),
        trend=trend_of(lines),
        not_seen=tuple(_not_seen(settings, lines, counted)) if counted.rows else (),
    )


@dataclass(frozen=True, slots=True)
class _LookedAt:
    """What was counted, from which findings are made; `broken` are steps that broke the weights."""

    settings: RunSettings
    lines: Lines
    counted: Tally
    agreed: Agreement | None
    broken: Sequence[int]

    def findings(self) -> Iterator[Finding]:
        """One for each cause that takes something."""
        total, taken = self.counted.rows.total(), self._taken()
        for cause in Cause:
            losses = self.counted.losses.get(cause, Losses())
            update = taken.get(cause, _Taken({}))
            share = (losses.number + update.sum) / total
            if share >= MIN_SHOWN:
                yield self._finding(cause, share, losses, update)

    def _finding(self, cause: Cause, share: float, losses: Losses, update: _Taken) -> Finding:
        counted, counts_steps = self.counted, losses.number == 0
        return Finding(
            cause=cause,
            share=share,
            count=len(update.by_step) if counts_steps else losses.number,
            total=len(counted.rows) if counts_steps else counted.rows.total(),
            counts_steps=counts_steps,
            evidence=evidence_for(cause, self.settings, self.lines, counted, self.agreed),
            changes=changes_for(cause, self.settings, self.lines, counted),
            sample=counted.first[update.worst] if counts_steps else losses.sample,
        )

    def _taken(self) -> dict[Cause, _Taken]:
        by_cause: dict[Cause, dict[int, float]] = {}
        steps = sorted(self.counted.rows)
        for step, following in pairwise([*steps, _END]):
            number = self.counted.alive[step]
            left = float(number)
            for cause, share in self._shares(step, following):
                lost = left * min(1.0, share)
                left -= lost
                if lost > MIN_SHOWN * number:
                    by_cause.setdefault(cause, {})[step] = lost
        return {cause: _Taken(by_step) for cause, by_step in by_cause.items()}

    def _shares(self, first: int, following: int) -> Iterator[tuple[Cause, float]]:
        """What takes from completions of one step, which train up to the `following` one.

        In the order in which it meets them on the way to the next generation.
        """
        broken = [step for step in self.broken if first <= step < following]
        yield Cause.EXPLODED, float(bool(broken))
        yield Cause.MISMATCH, self.agreed.lost if self.agreed else 0.0
        lost = [lost_in(line, self.settings) for line in self.lines.during(first, following)]
        for cause in lost[0] if lost else ():
            yield cause, fmean(one[cause] for one in lost)
        # The curve is of completions whose policy training does not change.
        yield Cause.UNSYNCED, float(self.agreed.grows) if self.agreed else 0.0


def _chosen_steps(run: RunDirectory) -> list[int]:
    """All steps, or as many of them, spread evenly, as have `MAX_ROLLOUTS` completions."""
    steps = list(run.rollout_files())
    if not steps:
        return []
    width = -(-len(steps) * num_rollouts(run, steps[-1]) // MAX_ROLLOUTS)
    return steps[:: max(1, width)]


def _without_steps(run: RunDirectory, settings: RunSettings) -> Iterator[Finding]:
    """Of a run that never finished a step, the outage that its process speaks of, if it does."""
    path = run.stderr_of(0)
    said = last_words(path.read_text(errors="replace")) if path.exists() else ""
    if _UNJUDGED in said:
        changes = changes_for(Cause.OUTAGE, settings, Lines({}), Tally())
        yield Finding(Cause.OUTAGE, 1.0, 0, 0, False, (said,), changes, None)


def _not_seen(settings: RunSettings, lines: Lines, counted: Tally) -> Iterator[str]:
    if not counted.knows_ends:
        yield "whether completions go on after an end token: the run kept no record of it"
    if not lines.has(UPDATE):
        yield f"how far updates move the weights: the log has no {UPDATE}"
    if settings.config["dynamic_sampling"] and lines.has(GAP):
        yield f"{GAP}, which choosing groups by their rewards biases"
    elif not lines.has(GAP):
        yield f"whether the policy would draw its completions: the log has no {GAP}"
    if not lines.has(KL):
        yield "the KL divergence from the reference: logged where trainer.beta is above 0"
