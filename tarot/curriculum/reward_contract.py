"""What every reward has to keep, tried on completions that it has given values for.

Not covered is what only a long run shows, such as state that grows.
"""

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tarot.curriculum.reward_calls import RewardFault, call_reward, title_of
from tarot.types import GradedCompletion, Reward, RewardValue, Verdict


def breaches(
    reward: Reward,
    completions: Sequence[GradedCompletion],
    values: Sequence[RewardValue | None],
    timeout_s: float,
) -> Iterator[str]:
    """A line for each rule that the reward breaks; `values` are what it gave for completions."""
    title = title_of(reward)
    try:
        pickle.dumps(reward)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        yield f"{title} can't be pickled: {error}"
    try:
        if call_reward(reward, completions, timeout_s) != list(values):
            yield f"{title} gave other values when it was asked again: no run can be reproduced"
        lost = call_reward(reward, [_lost(completions[0])], timeout_s)
    except RewardFault as fault:
        yield f"{fault}, when it was asked again or for a completion that could not be judged"
        return
    if lost != [None]:
        yield f"{title} gave {lost[0]} for a completion that could not be judged; give None"


def _lost(completion: GradedCompletion) -> GradedCompletion:
    """The completion as it is when the sandbox loses its tests."""
    results = [replace(one, verdict=Verdict.INFRASTRUCTURE) for one in completion.grade.results]
    return replace(completion, grade=replace(completion.grade, results=tuple(results)))
