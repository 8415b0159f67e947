"""How long a run was planned to be, and which lengths took that one's place."""

from typing import Annotated

from pydantic import Field, PositiveFloat, PositiveInt

from tarot.config.strict import Strict


class PlannedLength(Strict):
    """A length in steps or in epochs, over which things run once `after` steps are done."""

    after: int = Field(ge=0)
    max_steps: PositiveInt | None
    num_train_epochs: PositiveFloat | None


class ScheduleConfig(Strict):
    """Over which length curriculum and learning rate run.

    `lengths` is None for the run's own. Where a run was made longer or shorter than planned, or
    is to be, it has the length planned, and each that took its place by `stretch`.
    """

    stretch: bool
    lengths: Annotated[list[PlannedLength], Field(min_length=1)] | None
