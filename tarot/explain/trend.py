"""How the mean reward went over the steps, and what change could be told from noise."""

from dataclasses import dataclass

from scipy import stats  # type: ignore[import-untyped]

from tarot.explain.lines import Lines


@dataclass(frozen=True, slots=True)
class Trend:
    """The change from the first step to the last by a least-squares line.

    `margin` is half of its 95% interval, by Student's t over steps.
    """

    num_steps: int
    mean: float
    change: float
    margin: float

    @property
    def rises(self) -> bool:
        """Whether the change is above 0 by more than its margin."""
        return self.change > self.margin

    @property
    def is_told_from_none(self) -> bool:
        """Whether the change differs from 0 by more than its margin."""
        return abs(self.change) > self.margin

    @property
    def in_words(self) -> str:
        """The change with its margin, and what it says."""
        change = f"{self.change:+.3f} ± {self.margin:.3f} over {self.num_steps} steps"
        if self.is_told_from_none:
            return f"the reward {'rises' if self.rises else 'falls'}: {change} (95%)"
        return f"the reward stays at {self.mean:.3f} within noise: {change} (95%)"


def trend_of(lines: Lines) -> Trend | None:
    """Of the logged mean reward; None with fewer than three steps."""
    rewards = lines.series("reward")
    if len(rewards) < 3:
        return None
    steps, values = list(rewards), list(rewards.values())
    mean, length = sum(values) / len(values), steps[-1] - steps[0]
    if len(set(values)) == 1:  # whose standard error scipy makes NaN
        return Trend(len(steps), mean, 0.0, 0.0)
    fitted = stats.linregress(steps, values)
    quantile = float(stats.t.ppf(0.975, len(steps) - 2))
    return Trend(
        num_steps=len(steps),
        mean=mean,
        change=float(fitted.slope) * length,
        margin=quantile * float(fitted.stderr) * length,
    )
