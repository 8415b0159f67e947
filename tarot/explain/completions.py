"""Which completions teach nothing, and what each of them is lost to.

GRPO learns from how rewards differ inside a group. A completion is lost if it has no reward, or if
no code reward differs in its group; it is then counted for one cause, the first that it met.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import fmean

from tarot.explain.causes import Cause
from tarot.explain.settings import RunSettings
from tarot.explain.thresholds import COLLAPSED_NATS
from tarot.grading.blocks import parse
from tarot.metrics.steps import REWARD_DIGITS
from tarot.runs.rollouts import Rollout
from tarot.types import CODE, TestResult, Verdict

UNTIERED = "no tier"


@dataclass(slots=True)
class Losses:
    """What is counted of the completions that one cause takes; the sample is of the latest step."""

    number: int = 0
    sample: Rollout | None = None
    problems: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def add(self, row: Rollout) -> None:
        """Count one more."""
        self.number += 1
        self.problems[row.problem_id] += 1
        self.ends[row.passed_end or ""] += 1
        for result in row.results:
            self.verdicts[result.tier or UNTIERED, result.verdict] += 1
        if self.sample is None or row.step > self.sample.step:
            self.sample = row


@dataclass(slots=True)
class Tally:
    """The completions of each step, those of them that carry a signal, and the lost by cause.

    `first` has a completion of each step, `num_cut` counts all that were cut off, and
    `knows_ends` is whether any says if it went on after an end.
    """

    rows: Counter[int] = field(default_factory=Counter)
    alive: Counter[int] = field(default_factory=Counter)
    losses: dict[Cause, Losses] = field(default_factory=dict)
    first: dict[int, Rollout] = field(default_factory=dict)
    num_cut: int = 0
    knows_ends: bool = False

    def add(self, row: Rollout, cause: Cause | None) -> None:
        """Count a completion, which `cause` takes, or None if nothing does."""
        self.rows[row.step] += 1
        self.first.setdefault(row.step, row)
        self.num_cut += row.truncated
        self.knows_ends |= row.passed_end is not None
        if cause is None:
            self.alive[row.step] += 1
        else:
            self.losses.setdefault(cause, Losses()).add(row)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Finds the cause of each completion.

    `entropies` are nats per token by step, without those that are not logged, and `broken_since` is
    the step whose update broke the weights, None if none did.
    """

    settings: RunSettings
    entropies: Mapping[int, float]
    broken_since: int | None

    def tally(self, rollouts: Iterable[Rollout]) -> Tally:
        """Count rollouts in their order; of groups that were not in an update, none."""
        counted = Tally()
        kept = (row for row in rollouts if row.selected is not False)
        for _, group in groupby(kept, key=lambda row: (row.step, row.group)):
            for row, cause in self.causes(list(group)):
                counted.add(row, cause)
        return counted

    def causes(self, group: Sequence[Rollout]) -> Iterator[tuple[Rollout, Cause | None]]:
        """The completions of one group, each with what takes it, None if nothing does."""
        rewarded = [row for row in group if row.reward is not None]
        missing = [_missing(row) for row in group if row.reward is None]
        whole = self._of_all(rewarded)
        if len(missing) >= len(rewarded) and not self._teaches(rewarded):
            whole = missing[0]
        for row in group:
            if row.reward is None:
                yield row, _missing(row)
            elif whole is not None:
                yield row, whole
            elif self._teaches(rewarded):
                is_masked = row.truncated and self.settings.trainer("mask_truncated_completions")
                yield row, Cause.TRUNCATED if is_masked else None
            else:
                yield row, self._of_one(row)

    def _teaches(self, group: Sequence[Rollout]) -> bool:
        return _differ(row.reward for row in group)

    def _of_all(self, group: Sequence[Rollout]) -> Cause | None:
        """What takes a group as a whole, None where nothing does or each has a cause of its own."""
        if not group or self._codes_differ(group):
            return None
        passes = all(map(_passes, group))
        if self._teaches(group):
            return Cause.FORMAT_ONLY if self._has_code(group) and not passes else None
        if self.broken_since is not None and group[0].step > self.broken_since:
            return Cause.EXPLODED
        if self._is_collapsed(group, passes):
            return Cause.ENTROPY_COLLAPSE
        return Cause.ALL_PASS if passes else None

    def _has_code(self, group: Sequence[Rollout]) -> bool:
        return bool(self.settings.parts.get(CODE)) and all(CODE in row.parts for row in group)

    def _codes_differ(self, group: Sequence[Rollout]) -> bool:
        return self._has_code(group) and _differ(row.parts[CODE] for row in group)

    def _is_collapsed(self, group: Sequence[Rollout], passes: bool) -> bool:
        if len(group) < 2 or len({row.completion for row in group}) > 1:
            return False
        if self.settings.is_greedy:
            return True
        if passes or any(row.truncated or row.program is None for row in group):
            return False
        entropy = self.entropies.get(group[0].step, 0.0)
        return entropy * fmean(row.num_tokens or 0 for row in group) < COLLAPSED_NATS

    def _of_one(self, row: Rollout) -> Cause:
        if row.truncated and self._goes_on(row):
            return Cause.WRONG_EOS
        if row.truncated and (row.program is None or parse(row.program) is None):
            return Cause.TRUNCATED
        if row.program is None:
            return Cause.NO_CODE
        failed = [one.verdict for one in _active(row) if one.verdict is not Verdict.ACCEPTED]
        if 2 * failed.count(Verdict.TIME_LIMIT) > len(failed):
            return Cause.TIME_LIMIT
        if CODE not in row.parts:
            return Cause.EQUAL_REWARDS
        is_earned = row.parts[CODE] == 0 and row.reward is not None and row.reward > 0
        return Cause.FORMAT_ONLY if is_earned else Cause.ALL_FAIL

    def _goes_on(self, row: Rollout) -> bool:
        """Whether a completion that was cut off has its end inside: a token, or the whole form."""
        pattern = self.settings.format_pattern
        form = pattern and re.match(pattern, row.completion, re.DOTALL)
        return bool(row.passed_end) or bool(form and form.end() < len(row.completion))


def _missing(row: Rollout) -> Cause:
    return Cause.NO_ACTIVE_TIER if row.is_judged else Cause.OUTAGE


def _active(row: Rollout) -> list[TestResult]:
    """The tests that count at the moment, all where no tier does."""
    weights = row.weights.weights
    counted = [one for one in row.results if one.tier and weights.get(one.tier, 0.0) > 0]
    return counted or list(row.results)


def _passes(row: Rollout) -> bool:
    return all(one.verdict is Verdict.ACCEPTED for one in _active(row))


def _differ(values: Iterable[float | None]) -> bool:
    return len({round(value, REWARD_DIGITS) for value in values if value is not None}) > 1
