"""Benchmarks made by chance, in which what an interval should cover is known.

A method m trained under seed s solves problem i with the chance

    p = logistic(level_m + problem a_i + method b_mi + seed c_ms + checkpoint d_mis)

with a, b, c and d standard normal, scaled by the spreads of those names. So problems differ, a
method favours some of them, some of its runs turn out better, and each checkpoint has its own
problems. True means over what is not held fixed are those of a logistic-normal (Gauss-Hermite).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray
from scipy.special import expit  # type: ignore[import-untyped]

Floats = NDArray[np.float64]

_NODES, _WEIGHTS = hermegauss(41)


@dataclass(frozen=True, slots=True)
class World:
    """How many problems, samples of each and seeds there are, and how much they spread."""

    num_problems: int
    num_samples: int
    num_seeds: int = 1
    levels: tuple[float, float] = (0.5, 0.2)
    problem: float = 1.5
    method: float = 0.5
    seed: float = 0.15
    checkpoint: float = 0.7

    def draw(self, generator: np.random.Generator) -> "Draw":
        """One benchmark with two methods trained on the same seeds."""
        methods, seeds, problems = 2, self.num_seeds, self.num_problems
        levels = np.array(self.levels)[:, None, None]
        fixed = levels + self.problem * generator.standard_normal((1, 1, problems))
        fixed = fixed + self.method * generator.standard_normal((methods, 1, problems))
        by_seed = self.seed * generator.standard_normal((methods, seeds, 1))
        own = self.checkpoint * generator.standard_normal((methods, seeds, problems))
        chances = expit(fixed + by_seed + own)
        size = (self.num_samples, methods, seeds, problems)
        solved = (generator.random(size) < chances).transpose(1, 2, 3, 0).astype(float)
        return Draw(
            solved,
            checkpoints=mean_logistic(
                levels + by_seed, math.hypot(self.problem, self.method, self.checkpoint)
            )[:, :, 0],
            methods_here=mean_logistic(fixed, math.hypot(self.seed, self.checkpoint)).mean((1, 2)),
            methods=mean_logistic(
                levels, math.hypot(self.problem, self.method, self.seed, self.checkpoint)
            )[:, 0, 0],
        )


@dataclass(frozen=True, slots=True)
class Draw:
    """What was seen of two methods, and what is true of them.

    Args:
        solved: (methods, seeds, problems, samples), 1 or 0.
        checkpoints: (methods, seeds), the share that each checkpoint solves of new problems.
        methods_here: (methods,), the share over new seeds on these problems.
        methods: (methods,), the share over new seeds and new problems.
    """

    solved: Floats
    checkpoints: Floats
    methods_here: Floats
    methods: Floats

    def samples(self, method: int, seed: int) -> dict[int, list[float]]:
        """The samples of one checkpoint by problem."""
        return dict(enumerate(self.solved[method, seed].tolist()))

    def scores(self, method: int) -> dict[int, float]:
        """By seed the share of samples that were solved."""
        return dict(enumerate(self.solved[method].mean((1, 2)).tolist()))


def mean_logistic(level: Floats, deviation: float) -> Floats:
    """E logistic(level + deviation z) for each level."""
    mean: Floats = expit(level[..., None] + deviation * _NODES) @ _WEIGHTS
    return mean / math.sqrt(2 * math.pi)
