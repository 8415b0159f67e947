"""The study's results as values and as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from experiments.results import Saved
from tarot.data import Split
from tarot.metrics import Change

Changes = Mapping[Split, Mapping[str, Change]]


class Arm(StrEnum):
    """The rewards that a run was trained with, by their names in `conf/reward/`."""

    TIERED = "tiered"
    SHUFFLED = "shuffled"


@dataclass(frozen=True, slots=True)
class RunResult:
    """One finished run: its directory's name, the sha of its config, and what changed."""

    arm: Arm
    seed: int
    run: str
    sha: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Missing:
    """A run of which there is nothing to report, and why."""

    arm: Arm
    seed: int
    reason: str


@dataclass(frozen=True, slots=True)
class Results(Saved):
    """The changes from before to after GRPO, by split and then by tier or `suite`.

    `pooled` holds the arms of which no run is missing. `against_control` goes from the models
    trained on permuted rewards to those trained on true ones, all after GRPO; None while a run
    is missing.
    """

    runs: tuple[RunResult, ...]
    pooled: Mapping[Arm, Changes]
    against_control: Changes | None
    missing: tuple[Missing, ...]
