"""A reward that fails or is slow in a run: what is said of it, and the completion that is kept."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter

from tarot.curriculum import PartCall, RewardFault
from tarot.runs import RunDirectory, write_atomically
from tarot.training import processes
from tarot.training.display import Display, Warnings
from tarot.types import UserError

slow_logger = logging.getLogger(__name__)

SLOW_S = 1.0
"""What is slow for a completion, on average over a step."""


@contextmanager
def faults_kept(run: RunDirectory, display: Display) -> Iterator[None]:
    """Inside, a fault of the reward becomes one line, and its completion is kept in `run`.

    That a reward is slow is shown on `display`.
    """
    try:
        with Warnings(display).of(slow_logger):
            yield
    except RewardFault as fault:
        raise _kept(run, fault) from fault


def _kept(run: RunDirectory, fault: RewardFault) -> UserError:
    logs = "its traceback is in the run's logs"
    if fault.completion is None:
        return UserError(f"reward: {fault}; {logs}")
    path, problem = run.reward_fault_path, fault.completion.problem_id
    if processes.is_main():
        row = {"problem": problem, "completion": fault.completion.completion}
        write_atomically(path, f"{json.dumps(row)}\n".encode())
    return UserError(
        f"reward: {fault}, on a completion of problem {problem}; see it with tarot try "
        f"completion={path} and the run's reward and data; {logs}"
    )


class Slowness:
    """Says once of a reward that it is slow; all processes wait for it."""

    def __init__(self, title: str) -> None:
        """Call the reward by `title`."""
        self._title = title
        self._is_told = False

    def look(self, step: int, calls: Sequence[PartCall], spent_s: float, num_rows: int) -> None:
        """Warn of a step whose reward took long, and of the part that took longest."""
        if self._is_told or spent_s <= SLOW_S * num_rows:
            return
        self._is_told = True
        text = f"{self._title} took {spent_s:.0f} s for {num_rows} completions of step {step}"
        if calls:
            slowest = max(calls, key=attrgetter("seconds"))
            text += (
                f", its part {slowest.name} {slowest.seconds:.1f} s for one of problem "
                f"{slowest.completion.problem_id}"
            )
        slow_logger.warning("reward: %s", text)
