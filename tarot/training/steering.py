"""The weights in force at each step, from a policy of either kind, and the state that one keeps."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from tarot.curriculum import CurriculumDecision, OnlinePolicy
from tarot.runs import read_json, write_json
from tarot.types import GradedCompletion, Policy, TierWeights

STATE_FILE = "curriculum.json"


class Steering:
    """Asks a policy for weights, tells an on-line one what came of them, and keeps its state.

    All batches of a step have the same weights, also where an on-line policy decides between two.
    """

    def __init__(self, policy: Policy | OnlinePolicy) -> None:
        """Steer by `policy`."""
        self._policy = policy
        self._in_force: tuple[int, TierWeights] | None = None
        self._state_before: dict[str, Any] = {}

    def weights(self, step: int, progress: float) -> TierWeights:
        """The weights of a step, counted from 1, that is at `progress`."""
        if not isinstance(self._policy, OnlinePolicy):
            return self._policy.at(progress)
        if self._in_force is None or self._in_force[0] != step:
            self._in_force = step, self._policy.weights()
            self._state_before = deepcopy(self._policy.state_dict())
        return self._in_force[1]

    def observe(self, completions: Sequence[GradedCompletion]) -> tuple[CurriculumDecision, ...]:
        """What the policy decides on seeing the completions of a batch, all processes'."""
        if not isinstance(self._policy, OnlinePolicy):
            return ()
        return tuple(self._policy.observe(completions))

    def forget_step(self) -> None:
        """Stand as before the step in progress, of which some batches may have been observed."""
        if isinstance(self._policy, OnlinePolicy) and self._in_force is not None:
            self._policy.load_state_dict(self._state_before)

    def save(self, checkpoint: Path) -> None:
        """Write the state of an on-line policy into a checkpoint's folder."""
        if isinstance(self._policy, OnlinePolicy):
            write_json(checkpoint / STATE_FILE, self._policy.state_dict())

    def load(self, checkpoint: Path) -> None:
        """Go on from the state in a checkpoint; UserError where an on-line policy finds none."""
        if isinstance(self._policy, OnlinePolicy):
            self._policy.load_state_dict(read_json(checkpoint / STATE_FILE))
