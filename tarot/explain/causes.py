"""The causes that are looked for, in the order in which a completion meets them.

The order decides which of several causes a completion counts for; what they are ranked by is how
much of the signal each takes.
"""

from collections.abc import Mapping
from enum import StrEnum


class Cause(StrEnum):
    """Why completions, or the updates made of them, teach the policy nothing."""

    OUTAGE = "outage"
    NO_ACTIVE_TIER = "no_active_tier"
    EXPLODED = "exploded"
    ENTROPY_COLLAPSE = "entropy_collapse"
    ALL_PASS = "all_pass"
    WRONG_EOS = "wrong_eos"
    TRUNCATED = "truncated"
    NO_CODE = "no_code"
    TIME_LIMIT = "time_limit"
    FORMAT_ONLY = "format_only"
    ALL_FAIL = "all_fail"
    EQUAL_REWARDS = "equal_rewards"
    MISMATCH = "mismatch"
    CLIPPED = "clipped"
    LARGE_KL = "large_kl"
    SMALL_GRADIENT = "small_gradient"
    SMALL_UPDATE = "small_update"
    UNSYNCED = "unsynced"


TITLES: Mapping[Cause, str] = {
    Cause.OUTAGE: "completions that the sandbox could not judge are left out",
    Cause.NO_ACTIVE_TIER: "the curriculum counts no tier that these problems have",
    Cause.EXPLODED: "an update broke the weights",
    Cause.ENTROPY_COLLAPSE: "all completions of a group are the same text",
    Cause.ALL_PASS: "all completions of a group pass: nothing is left to learn from it",
    Cause.WRONG_EOS: "completions go on after their end: the EOS token is not the model's",
    Cause.TRUNCATED: "completions are cut off before their program is whole",
    Cause.NO_CODE: "no program is found in completions that ended",
    Cause.TIME_LIMIT: "programs run into the time limit",
    Cause.FORMAT_ONLY: "the reward is earned by form alone, while tests fail",
    Cause.ALL_FAIL: "all completions of a group fail alike: too hard",
    Cause.EQUAL_REWARDS: "all completions of a group earn the same",
    Cause.MISMATCH: "completions are not what the trained policy would draw",
    Cause.CLIPPED: "probability ratios are clipped, which leaves their tokens no gradient",
    Cause.LARGE_KL: "the KL penalty outweighs the reward",
    Cause.SMALL_GRADIENT: "the gradient is too small for the optimizer",
    Cause.SMALL_UPDATE: "updates are too small to move the weights",
    Cause.UNSYNCED: "the generator's weights don't follow the trainer's",
}
