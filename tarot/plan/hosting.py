"""What a run takes of the account of a hosted sandbox, in its training steps.

Every program of every completion runs, as none is repeated, and nothing fails. Each process makes
its sandboxes for a batch and ends them when they were idle for `idle_s`; where the steps between
two batches are no longer than that, it keeps them to the end of the last step, and replaces those
that are `max_age_s` old. Neither the probe nor an evaluation is counted.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tarot.sandbox.cloud.shares import requests_of, sandboxes_each, sandboxes_for

_KEYS = {"max_sandboxes", "contexts", "programs_per_request", "lifetime_s", "max_age_s"}
_SECONDS_PER_HOUR = 3600.0
# A sandbox is renewed so often in its life.
_RENEWALS_PER_LIFE = 3
# To create and to end a sandbox; to make a context and to start its runner.
_REQUESTS_A_SANDBOX, _REQUESTS_A_CONTEXT = 2, 2


@dataclass(frozen=True, slots=True)
class Hosting:
    """What is taken of an account; `usd_per_hour`, of one sandbox, is None where it isn't told.

    `program_requests` are those of the `requests` that carry programs.
    """

    sandboxes: int
    creations: int
    hours: float
    requests: int
    program_requests: int
    usd_per_hour: float | None

    @property
    def usd(self) -> float | None:
        """The price of all sandbox hours; None without one."""
        return None if self.usd_per_hour is None else self.hours * self.usd_per_hour


def is_hosted(sandbox: Mapping[str, Any]) -> bool:
    """Whether the settings are those of an account whose sandboxes are counted here."""
    return sandbox.keys() >= _KEYS


def reckon_hosting(
    sandbox: Mapping[str, Any],
    processes: int,
    programs_a_step: float,
    steps: int,
    *,
    step_s: float,
    busy_s: float,
) -> Hosting:
    """What `steps` of `step_s` take, over all processes, whose programs keep sandboxes `busy_s`."""
    contexts, most = sandbox["contexts"], sandbox["programs_per_request"]
    programs = math.ceil(programs_a_step / processes)
    each = sandboxes_for(
        programs, sandboxes_each(sandbox["max_sandboxes"], processes), contexts, most
    )
    number = each * processes
    idle_s = sandbox.get("idle_s")
    if idle_s is None or step_s - busy_s <= idle_s:
        lives, life_s = 1, steps * step_s
    else:
        lives, life_s = steps, busy_s + idle_s
    seconds = lives * life_s
    creations = number * lives * max(1, math.ceil(life_s / sandbox["max_age_s"]))
    renewals = number * seconds / (sandbox["lifetime_s"] / _RENEWALS_PER_LIFE)
    program_requests = steps * processes * requests_of(programs, each * contexts, most)
    managed = creations * (_REQUESTS_A_SANDBOX + contexts * _REQUESTS_A_CONTEXT)
    return Hosting(
        sandboxes=number,
        creations=creations,
        hours=number * seconds / _SECONDS_PER_HOUR,
        requests=round(managed + renewals) + program_requests,
        program_requests=program_requests,
        usd_per_hour=sandbox.get("usd_per_sandbox_hour"),
    )
