"""What a fleet is held to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """How a fleet is to be run; the words are those of the sandbox's settings.

    Where answers come all at once, a request begins no job after `begin_within_s`. Where each
    request starts a runner, it has `least_per_request` jobs, if so many wait. Sandboxes are ended
    after `idle_s` without a batch, or kept where that is None.
    """

    max_sandboxes: int
    contexts: int
    programs_per_request: int
    lifetime_s: int
    max_age_s: float
    max_outage_s: float
    attempts: int
    answer_margin_s: float
    require: tuple[str, ...]
    begin_within_s: float | None = None
    least_per_request: int = 1
    idle_s: float | None = None
