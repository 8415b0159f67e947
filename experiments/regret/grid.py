"""The runs of the study: three lengths of cold start, three policies, six seeds."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from experiments.runs import directories_of
from tarot.runs import RunDirectory

EXPERIMENT = "+experiment=regret"
SEEDS = (1, 2, 3, 4, 5, 6)


class Capability(StrEnum):
    """What the model can do before GRPO, by the length of its cold start."""

    WEAK = "weak"
    MIDDLE = "middle"
    STRONG = "strong"


class Policy(StrEnum):
    """The policies trained, by their names in `conf/curriculum/`; `average` is the null."""

    AVERAGE = "average"
    FORWARD = "forward_ce"
    REVERSED = "reversed_ce"


EPOCHS = {Capability.WEAK: 32, Capability.MIDDLE: 40, Capability.STRONG: 80}


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run of the grid lies, finished or not."""

    capability: Capability
    policy: Policy
    seed: int
    run: RunDirectory

    @property
    def name(self) -> str:
        """The run in the snapshots and in messages."""
        return f"{self.capability}-{self.policy}-{self.seed}"


def locate_runs(seeds: Sequence[int], overrides: Sequence[str]) -> list[Place]:
    """Where each run of the study lies, by its config."""
    keys = itertools.product(Capability, seeds, Policy)
    directories = directories_of(multirun(seeds, overrides))
    return [
        Place(capability, policy, seed, directory)
        for (capability, seed, policy), directory in zip(keys, directories, strict=True)
    ]


def probe_arguments(capability: Capability, overrides: Sequence[str]) -> list[str]:
    """The arguments of `tarot probe` for one capability; no run's seed or policy changes it."""
    epochs = f"cold_start.epochs={EPOCHS[capability]}"
    return [EXPERIMENT, epochs, "curriculum=adaptive", *overrides]


def multirun(seeds: Sequence[int], overrides: Sequence[str]) -> list[str]:
    """The arguments of `train.py` that make all runs, those finished left as they are."""
    return [
        EXPERIMENT,
        f"cold_start.epochs={_choices(list(EPOCHS.values()))}",
        f"seed={_choices(seeds)}",
        f"curriculum={_choices(list(Policy))}",
        *overrides,
        "-m",
    ]


def _choices(values: Sequence[object]) -> str:
    return ",".join(map(str, values))
