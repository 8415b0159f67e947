"""The schedule of a curriculum, in progress and in the steps of a run.

Step k of n is weighed at progress (k - 1) / n, where n is the length that was planned. A phase that
holds no such progress has no step.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from tarot.config.schedule import Timeline
from tarot.curriculum import Phase, phases
from tarot.types import (
    CODE,
    Grade,
    GradedCompletion,
    Policy,
    Program,
    Reward,
    TestResult,
    Tier,
    TierWeights,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """A phase from progress `start` to `end`, and its first and last step, None where it has none.

    It has none either where the number of steps is not known.
    """

    start: float
    end: float
    weights: TierWeights
    first_step: int | None = None
    last_step: int | None = None


def plan_phases(
    policy: Policy, num_steps: int | None, timeline: Timeline | None = None
) -> tuple[PlannedPhase, ...]:
    """The phases of a run of `num_steps`, or of any run where that is None.

    The curriculum runs over `timeline`, or over these steps where that is None.
    """
    found = phases(policy)
    over = timeline or Timeline(((0, num_steps or 0),))
    progresses = [over.progress(done) for done in range(num_steps or 0)]
    steps = _steps_of_phases(policy, found, progresses)
    ends = [*(phase.start for phase in found[1:]), 1.0]
    return tuple(
        PlannedPhase(phase.start, end, phase.weights, *steps.get(number, (None, None)))
        for number, (phase, end) in enumerate(zip(found, ends, strict=True))
    )


def code_ceiling(reward: Reward, weights: TierWeights) -> float | None:
    """The code part of a completion that passes every test; None for a reward without that part.

    The suite has a test of each tier and one without, as the published data have.
    """
    if CODE not in reward.part_names:
        return None
    results = tuple(TestResult(tier, Verdict.ACCEPTED) for tier in (*Tier, None))
    solved = GradedCompletion("", "", Grade(Program(""), results), weights, step=1, group=0)
    (value,) = reward([solved])
    return None if value is None else value.parts[CODE]


def _steps_of_phases(
    policy: Policy, found: Sequence[Phase], progresses: Sequence[float]
) -> dict[int, tuple[int, int]]:
    """The first and the last step by the number of their phase, from the progress of each step."""
    steps: dict[int, tuple[int, int]] = {}
    for step, progress in enumerate(progresses, start=1):
        number = _phase_at(progress, policy, found)
        first, _ = steps.get(number, (step, step))
        steps[number] = first, step
    return steps


def _phase_at(progress: float, policy: Policy, found: Sequence[Phase]) -> int:
    """The phase in force; `phases` can put a boundary a little later than the policy has it."""
    number = bisect_right([phase.start for phase in found], progress) - 1
    current, following = policy.at(progress), number + 1
    is_late = found[number].weights != current and following < len(found)
    return following if is_late and found[following].weights == current else number
