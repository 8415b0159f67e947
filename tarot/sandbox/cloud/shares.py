"""How what an account may have is divided between processes, and a batch between its requests."""

import math
import os

# As torch has it, where there are several.
_VARIABLE = "WORLD_SIZE"


def num_processes() -> int:
    """How many processes this training has."""
    return int(os.environ.get(_VARIABLE, "1"))


def sandboxes_each(most: int, processes: int) -> int:
    """How many of an account's sandboxes one process takes: an even share, and never none."""
    return max(1, most // processes)


def sandboxes_for(num_jobs: int, most: int, contexts: int, most_a_request: int) -> int:
    """How many of `most` sandboxes a batch gets: no more than full requests would keep at work."""
    return min(most, math.ceil(num_jobs / (contexts * most_a_request)))


def jobs_of_request(num_waiting: int, num_workers: int, most: int, least: int = 1) -> int:
    """How many of the jobs that wait go into a request: fewer at the end, from `least` to `most`.

    So no worker is left without while another has many.
    """
    return min(most, max(least, num_waiting // (2 * num_workers)))


def requests_of(num_jobs: int, num_workers: int, most: int, least: int = 1) -> int:
    """In how many requests a batch goes when nothing fails."""
    num_requests = 0
    while num_jobs > 0:
        num_jobs -= jobs_of_request(num_jobs, num_workers, most, least)
        num_requests += 1
    return num_requests
