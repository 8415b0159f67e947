"""Two runs of one config, step by step: where they part, and by how much."""

from dataclasses import dataclass
from itertools import groupby

from tarot.runs.directory import RunDirectory
from tarot.runs.rollouts import Rollout, read_rollouts


@dataclass(frozen=True, slots=True)
class RunComparison:
    """How the rollouts of two runs agree over the steps that both have.

    `first_differing_step` is the first step whose completions or rewards differ, None if none
    does. `largest_reward_difference` is over completions that both runs rewarded.
    """

    num_common_steps: int
    first_differing_step: int | None
    largest_reward_difference: float


def compare_runs(a: RunDirectory, b: RunDirectory) -> RunComparison:
    """Compare two runs, completion by completion in the order of their batches."""
    left, right = _by_step(a), _by_step(b)
    common = sorted(left.keys() & right.keys())
    differing = [step for step in common if _earned(left[step]) != _earned(right[step])]
    return RunComparison(
        len(common),
        differing[0] if differing else None,
        max((_difference(left[step], right[step]) for step in differing), default=0.0),
    )


def _by_step(run: RunDirectory) -> dict[int, list[Rollout]]:
    rollouts = groupby(read_rollouts(run), key=lambda rollout: rollout.step)
    return {step: list(rows) for step, rows in rollouts}


def _earned(rollouts: list[Rollout]) -> list[tuple[str, str, float | None]]:
    return [(row.problem_id, row.completion, row.reward) for row in rollouts]


def _difference(left: list[Rollout], right: list[Rollout]) -> float:
    """The largest difference of reward between rows of the same place; extra rows don't count."""
    return max(
        (
            abs(a.reward - b.reward)
            for a, b in zip(left, right, strict=False)
            if a.reward is not None and b.reward is not None
        ),
        default=0.0,
    )
