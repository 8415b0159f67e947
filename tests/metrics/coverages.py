"""How often the intervals of a table hold what they speak of, and what they do not."""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from tarot.metrics import share_difference, solved_share
from tarot.metrics.seeds import paired
from tests.metrics.worlds import Draw, World

Held = Iterator[tuple[str, bool]]


def coverage_of_one_run(world: World, num_draws: int) -> dict[str, float]:
    """The share of draws in which the 95% interval of one run over problems holds the truth.

    `checkpoint` is that of what one solves and `checkpoints` of the difference of two, with new
    problems; the others take the same intervals for what the methods do under new seeds.
    """
    return _coverage(world, num_draws, _held_by_problems)


def coverage_of_seeds(world: World, num_draws: int) -> dict[str, float]:
    """The same for a paired difference over seeds: on `these problems`, and on `new problems`."""
    return _coverage(world, num_draws, _held_by_seeds)


def _coverage(world: World, num_draws: int, held: Callable[[Draw], Held]) -> dict[str, float]:
    generator = np.random.default_rng(7)
    counts: Counter[str] = Counter()
    for _ in range(num_draws):
        counts.update({name: int(holds) for name, holds in held(world.draw(generator))})
    return {name: count / num_draws for name, count in counts.items()}


def _held_by_problems(draw: Draw) -> Held:
    one = solved_share(draw.samples(0, 0))
    yield "checkpoint", one.low <= draw.checkpoints[0, 0] <= one.high
    yield "method", one.low <= draw.methods[0] <= one.high
    two = share_difference(draw.samples(1, 0), draw.samples(0, 0))
    yield "checkpoints", two.low <= draw.checkpoints[0, 0] - draw.checkpoints[1, 0] <= two.high
    yield "methods", two.low <= draw.methods[0] - draw.methods[1] <= two.high


def _held_by_seeds(draw: Draw) -> Held:
    found = paired(draw.scores(0), draw.scores(1))
    here, anywhere = (-float(np.diff(true)[0]) for true in (draw.methods_here, draw.methods))
    yield "these problems", found.low <= here <= found.high
    yield "new problems", found.low <= anywhere <= found.high
