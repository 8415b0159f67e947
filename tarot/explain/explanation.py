"""What takes the signal from a run: how much each cause takes, with evidence, sample and remedy.

Every completion that was trained on brings an equal part of the signal. What teaches nothing is
taken out by the first cause that it met; of what the rest brings to an update, the causes that
weaken updates take their share of what those before them left. So the shares and what is left of
the signal add up to 1, and they rank the causes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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
class Taken:
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
    broken = broken_steps(lines)
    attribution = Attribution(
        settings, lines.series("entropy"), broken_since=broken[0] if broken else None
    )
    counted = attribution.tally(read_rollouts(run, _chosen_steps(run)))
    agreed = agreement(lines, settings)
    evidence = Evidence(settings, lines, counted, agreed)
    findings = list(evidence.findings(broken))
    if not counted.rows:
        findings = list(_without_steps(run, settings))
    findings.sort(key=lambda one: (-one.share, one.cause))
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
class Evidence:
    """What was counted, from which findings are made."""

    settings: RunSettings
    lines: Lines
    counted: Tally
    agreed: Agreement | None

    def findings(self, broken: list[int]) -> Iterator[Finding]:
        """One for each cause that takes something."""
        total = self.counted.rows.total()
        taken = self._taken(broken)
        for cause in Cause:
            losses, update = self.counted.losses.get(cause), taken.get(cause)
            amount = (losses.number if losses else 0) + (update.sum if update else 0.0)
            if amount >= MIN_SHOWN * total > 0:
                yield self._finding(cause, amount / total, losses, update)

    def _finding(
        self, cause: Cause, share: float, losses: Losses | None, update: Taken | None
    ) -> Finding:
        by_step = update.by_step if update else {}
        steps = [step for step, lost in by_step.items() if 2 * lost > self.counted.alive[step]]
        counts_steps = losses is None
        sample = losses.sample if losses else None
        if sample is None and update is not None:
            sample = self.counted.first[update.worst]
        return Finding(
            cause=cause,
            share=share,
            count=len(steps) if losses is None else losses.number,
            total=len(self.counted.rows) if counts_steps else self.counted.rows.total(),
            counts_steps=counts_steps,
            evidence=evidence_for(cause, self.settings, self.lines, self.counted, self.agreed),
            changes=changes_for(cause, self.settings, self.lines, self.counted),
            sample=sample,
        )

    def _taken(self, broken: list[int]) -> dict[Cause, Taken]:
        by_cause: dict[Cause, dict[int, float]] = {}
        for step, number in self.counted.alive.items():
            left = float(number)
            for cause, share in self._shares(step, broken):
                lost = left * min(1.0, share)
                left -= lost
                if lost > 0:
                    by_cause.setdefault(cause, {})[step] = lost
        return {cause: Taken(by_step) for cause, by_step in by_cause.items()}

    def _shares(self, step: int, broken: list[int]) -> Iterator[tuple[Cause, float]]:
        """In the order in which they act on a completion on its way to the next generation."""
        yield Cause.EXPLODED, float(step in broken)
        yield Cause.MISMATCH, self.agreed.lost if self.agreed else 0.0
        yield from lost_in(self.lines.at(step), self.settings).items()
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
