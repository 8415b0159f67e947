"""The schedule of any policy, read off by asking it."""

from dataclasses import dataclass

from tarot.types import Policy, TierWeights


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of training with constant weights; it ends where the next one starts."""

    start: float
    weights: TierWeights


def phases(policy: Policy, resolution: int = 1000) -> tuple[Phase, ...]:
    """The phases of a policy in order, with boundaries on the grid of 1 / `resolution`.

    Boundaries between two grid points are reported at the later one, and a phase that is
    shorter than the grid can be missed.
    """
    found: list[Phase] = []
    for step in range(resolution + 1):
        weights = policy.at(step / resolution)
        if not found or found[-1].weights != weights:
            found.append(Phase(step / resolution, weights))
    return tuple(found)
