"""How long a run is, and over how many steps curriculum and learning rate run.

They run over the length that was planned. A run that is made longer keeps to it: progress stays at
1 and the rate where its schedule ended, unless `schedule.stretch` has them run over the new length
from there on.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from tarot.config.batches import num_steps
from tarot.config.lengths import PlannedLength
from tarot.config.schema import RunConfig
from tarot.config.trainer_fields import default_of
from tarot.types import UserError

# By these a rate is 0 from the planned length on.
ENDS_AT_ZERO = frozenset({"linear", "cosine", "cosine_with_restarts", "warmup_stable_decay"})


@dataclass(frozen=True, slots=True)
class RunLength:
    """How long a trainer trains: `max_steps`, or `num_train_epochs` where that is None."""

    max_steps: int | None
    num_train_epochs: float | None

    @classmethod
    def of(cls, trainer: Mapping[str, Any]) -> Self:
        """As TRL reads its fields."""
        steps = int(trainer.get("max_steps", -1))
        if steps > 0:
            return cls(steps, None)
        epochs = trainer.get("num_train_epochs", default_of("num_train_epochs"))
        return cls(None, float(epochs))

    @classmethod
    def planned(cls, planned: PlannedLength) -> Self:
        """One of `schedule.lengths`."""
        return cls(planned.max_steps, planned.num_train_epochs)

    def after(self, step: int) -> dict[str, Any]:
        """As `schedule.lengths` has it from a step on."""
        return {"after": step, **asdict(self)}

    def may_exceed(self, other: "RunLength") -> bool:
        """Whether it is the longer one, or may be: steps and epochs don't compare."""
        if self.max_steps is not None and other.max_steps is not None:
            return self.max_steps > other.max_steps
        if self.num_train_epochs is not None and other.num_train_epochs is not None:
            return self.num_train_epochs > other.num_train_epochs
        return True

    def steps(self, config: RunConfig, num_problems: int) -> int:
        """In optimizer steps of the run."""
        fields = {"max_steps": self.max_steps or -1, "num_train_epochs": self.num_train_epochs}
        trainer = {**config.trainer, **fields}
        return num_steps(config.model_copy(update={"trainer": trainer}), num_problems)

    @property
    def setting(self) -> str:
        """As it is typed."""
        if self.max_steps is not None:
            return f"trainer.max_steps={self.max_steps}"
        return f"trainer.num_train_epochs={self.num_train_epochs:g}"

    @property
    def in_words(self) -> str:
        """The number and its unit."""
        if self.max_steps is not None:
            return f"{self.max_steps} steps"
        return f"{self.num_train_epochs:g} epochs"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Over how many steps things run, each number with that of the steps done when it begins."""

    lengths: tuple[tuple[int, int], ...]

    def length_at(self, done: int) -> int:
        """The steps that count as the whole once `done` steps are done."""
        return [steps for after, steps in self.lengths if after <= done][-1]

    def progress(self, done: int) -> float:
        """The share that is done, 1 for all that is beyond."""
        return min(1.0, done / self.length_at(done))


def timeline_of(config: RunConfig, num_problems: int) -> Timeline | None:
    """The timeline of a run on so many problems; None where it is the run's own length."""
    if config.schedule.lengths is None:
        return None
    return Timeline(
        tuple(
            (planned.after, RunLength.planned(planned).steps(config, num_problems))
            for planned in config.schedule.lengths
        )
    )


def check_schedule(config: RunConfig) -> None:
    """UserError for lengths that make no timeline, or after which the rest would teach nothing."""
    lengths = config.schedule.lengths
    if lengths is None:
        return
    starts = [planned.after for planned in lengths]
    if starts[0] != 0 or sorted(set(starts)) != starts:
        raise UserError(f"schedule.lengths: begin after {starts}; give 0 first, then later steps")
    if any((one.max_steps is None) == (one.num_train_epochs is None) for one in lengths):
        raise UserError("schedule.lengths: give each either max_steps or num_train_epochs")
    own, last = RunLength.of(config.trainer), RunLength.planned(lengths[-1])
    kind = config.trainer.get("lr_scheduler_type", default_of("lr_scheduler_type"))
    if kind in ENDS_AT_ZERO and own.may_exceed(last):
        raise UserError(
            f"{own.setting}: by trainer.lr_scheduler_type={kind} the learning rate is 0 after the "
            f"planned {last.in_words}, so that nothing more would be learned; add "
            "schedule.stretch=true, which has it and the curriculum run over the new length"
        )
