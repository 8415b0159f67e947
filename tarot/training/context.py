"""What the stages of one run share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tarot.config.schema import RunConfig
from tarot.data import Split
from tarot.grading.grader import Grader
from tarot.runs import RunDirectory
from tarot.training.display import Display
from tarot.training.stopping import StopRequest
from tarot.types import Problem


class Outage(RuntimeError):
    """Too many completions could not be judged; what came before is saved."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run with its problems, the grader that judges them, and where progress is shown."""

    run: RunDirectory
    config: RunConfig
    problems: Mapping[Split, Sequence[Problem]]
    grader: Grader
    display: Display
    stop: StopRequest

    def is_out(self, unjudged_share: float) -> bool:
        """Whether more completions were lost than the config allows."""
        return unjudged_share > self.config.grading.max_unjudged_share

    def check_judged(self, unjudged_share: float) -> None:
        """Outage if too much was lost, so that the same command does this again."""
        if self.is_out(unjudged_share):
            limit = self.config.grading.max_unjudged_share
            raise Outage(
                f"{unjudged_share:.0%} of the completions could not be judged, more than "
                f"grading.max_unjudged_share={limit}: is the sandbox out?"
            )
