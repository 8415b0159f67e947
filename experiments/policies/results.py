"""The study's results as values and as JSON."""

from dataclasses import dataclass
from enum import StrEnum

from experiments.demo.results import Changes
from experiments.results import Saved

RULE = "adaptive"


class Policy(StrEnum):
    """The policies that are trained beside the rule, by their names in `conf/curriculum/`."""

    AVERAGE = "average"
    FORWARD = "forward_ce"


@dataclass(frozen=True, slots=True)
class RunResult:
    """One finished run under a policy, or under `adaptive`, and what changed from before GRPO."""

    policy: str
    seed: int
    run: str
    sha: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Results(Saved):
    """All runs; every policy has the same seeds."""

    runs: tuple[RunResult, ...]
