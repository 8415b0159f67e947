"""Whether a mean in [0, 1] lies above a level, asked after every value without a price for it.

A gambler starts with capital 1 and bets on each value X_i, before it is seen, a stake b_i >= 0
that it exceeds the level m:

    K_n(m) = prod_{i <= n} (1 + b_i (X_i - m)),    b_i <= MAX_LOSS / m.

As long as every X_i has, given the past, a mean of at most m, K_n(m) is a non-negative
supermartingale, whatever the stakes. By Ville's inequality it then reaches 1 / alpha at any time n
with a probability of at most alpha. The m at which it has not are the betting confidence sequence
of one side; its lower bound has passed m when K_n(m) reaches 1 / alpha. So the capital at the one
level that matters is kept, not the whole sequence. Source: Waudby-Smith and Ramdas (2024),
"Estimating means of bounded random variables by betting", JRSS B 86(1), section 4.

The stakes are that paper's approximate Kelly bets (there called aGRAPA),

    b_i = (u - m) / (s + (u - m)^2)    cut to [0, MAX_LOSS / m],

with the mean u and the variance s of the values before X_i. Here they fade with a memory of
`MEMORY` values: any stake that is fixed before its value is fair, and a mean that rises over time
is followed. While the values stay clearly below the level nothing is staked, so that a long time
below it costs no evidence later.

It does not cover a mean that is above the level given the past and not otherwise: draws without
replacement can be such.
"""

import math
from dataclasses import dataclass

MEMORY = 100.0
MAX_LOSS = 0.75
"""The share of the capital that one value can cost at most."""

_KEPT = 1 - 1 / MEMORY


@dataclass(frozen=True, slots=True)
class BettingTest:
    """The state after some values: log capital, and faded sums for the next stake.

    Args:
        level: the mean in (0, 1) that is to be exceeded.
        log_capital: natural log of K_n(level).
        weight: of the values in the sums; there is one imagined value to begin with, 1/2 with
            variance 1/4, as in the source.
        total: faded sum of the values.
        squares: faded sum of squared differences from the mean of the moment.
    """

    level: float
    log_capital: float = 0.0
    weight: float = 1.0
    total: float = 0.5
    squares: float = 0.25

    @property
    def mean(self) -> float:
        """The faded mean of the values, on which the next stake rests."""
        return self.total / self.weight

    @property
    def stake(self) -> float:
        """What is bet on the next value exceeding the level."""
        edge = self.mean - self.level
        if edge <= 0:
            return 0.0
        return min(edge / (self.squares / self.weight + edge * edge), MAX_LOSS / self.level)

    def after(self, value: float) -> "BettingTest":
        """The state after one more value; ValueError for one outside [0, 1]."""
        if not 0 <= value <= 1:
            raise ValueError(f"{value} is outside [0, 1]")
        weight, total = _KEPT * self.weight + 1, _KEPT * self.total + value
        return BettingTest(
            self.level,
            self.log_capital + math.log1p(self.stake * (value - self.level)),
            weight,
            total,
            _KEPT * self.squares + (value - total / weight) ** 2,
        )

    def rejects(self, alpha: float) -> bool:
        """Whether the level is passed at error probability `alpha`."""
        return self.log_capital >= -math.log(alpha)


def spent(alpha: float, number: int) -> float:
    """The share of `alpha` for the test of this number, from 1 on; all tests' shares sum to it."""
    return alpha / (number * (number + 1))
