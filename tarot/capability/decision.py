"""What was decided from a probe, with the figures that it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from tarot.types import TierWeights


@dataclass(frozen=True, slots=True)
class PhaseSignal:
    """One early phase of a candidate and the share of its groups expected to have variance."""

    start: float
    weights: TierWeights
    share: float
    num_problems: int
    num_skipped: int


@dataclass(frozen=True, slots=True)
class CandidateSignal:
    """A candidate and its first two phases; a policy without stages has one."""

    name: str
    phases: tuple[PhaseSignal, ...]

    @property
    def weakest_share(self) -> float:
        """The share of the phase that is fed least."""
        return min(phase.share for phase in self.phases)

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of each phase, in order."""
        return tuple(phase.share for phase in self.phases)


@dataclass(frozen=True, slots=True)
class Decision:
    """The chosen candidate, why, and what the others would have had.

    `alike` are candidates of the order whose early phases have the figures of the chosen one, so
    that the order alone decided. `runner_up` is the next that is feasible and not alike.
    `starved` means that no candidate was feasible.
    """

    chosen: str
    starved: bool
    threshold: float
    group_size: int
    runner_up: str | None
    alike: tuple[str, ...]
    candidates: tuple[CandidateSignal, ...]
    reason: str

    def to_json(self) -> dict[str, Any]:
        """A plain dict for `decision.json`."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> "Decision":
        """The decision that `to_json` wrote; pydantic's ValidationError for anything else."""
        return _ADAPTER.validate_python(plain)


_ADAPTER = TypeAdapter(Decision)
