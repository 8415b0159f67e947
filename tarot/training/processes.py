"""What the processes of one training share: who leads, what each found, and how all end alike.

A failure in one process is gathered and raised in all of them: a process that left a training by
itself would leave the others waiting for it. Of a process that dies the others know by their broken
connection to it, at once or at the end of what they compute; whoever started the processes ends
those that hang, as torchrun does.
"""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

import torch.distributed as dist
from accelerate import PartialState

from tarot.config.machine import GPUS
from tarot.config.schema import HardwareConfig
from tarot.runs.rank_logs import KEEP_LOGS
from tarot.training.sharding import check_sharding, prepare_deepspeed, requested
from tarot.training.stopping import Outage
from tarot.types import UserError

T = TypeVar("T")

# The main process may take long over a stage that the others wait for.
PATIENCE = timedelta(days=7)
# TRL's own default for `trainer.ddp_timeout`.
DDP_TIMEOUT_S = 1800
# By these a process finds the others of its training and its log, which a child of it must not.
VARIABLES = frozenset(
    {
        KEEP_LOGS,
        *("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"),
        *("GROUP_RANK", "GROUP_WORLD_SIZE", "ROLE_NAME", "ROLE_RANK", "ROLE_WORLD_SIZE"),
    }
)
PREFIXES = ("TORCHELASTIC_", "ACCELERATE_")
LOST_PROCESS = (
    "another process of this training died, or did not answer within trainer.ddp_timeout; its own "
    "last lines, or those of whoever started it, say why"
)


class PeerFailure(RuntimeError):
    """Another process of this training failed."""


def join(hardware: HardwareConfig, timeout_s: float = DDP_TIMEOUT_S) -> None:
    """Meet the other processes, if there are any, and share with them what the config says.

    Called first, by every process. `timeout_s` is how long the training's own collectives wait for
    a process, `trainer.ddp_timeout`; what is gathered here has `PATIENCE`.

    Raises:
        UserError: unless they were started as many, and sharing as much, as configured.
    """
    timeout = timedelta(seconds=timeout_s)
    found = PartialState(cpu=hardware.device == "cpu", timeout=timeout).num_processes
    if found != hardware.processes:
        raise UserError(
            f"hardware.processes={hardware.processes}: this run was started with {found}; set "
            "launcher=accelerate, which starts as many"
        )
    check_sharding(requested(os.environ), hardware)
    prepare_deepspeed(hardware)


def leave() -> None:
    """Part from the others at the end of a run, when nothing is left to say."""
    _patient_group.cache_clear()
    if not _is_alone():
        dist.destroy_process_group()


def is_of_a_lost_process(error: RuntimeError) -> bool:
    """Whether a collective failed because a process has left it."""
    return not _is_alone() and (isinstance(error, dist.DistError) or "gloo" in str(error))


def rank() -> int:
    """The number of this process, from 0."""
    return 0 if _is_alone() else int(dist.get_rank())


def number() -> int:
    """How many processes there are."""
    return 1 if _is_alone() else int(dist.get_world_size())


def is_main() -> bool:
    """Whether this process writes for all of them."""
    return rank() == 0


def together(make: Callable[[], T]) -> list[T]:
    """What `make` gives in every process, in their order; a failure in one is raised in all."""
    if _is_alone():
        return [make()]
    value, error = _attempt(make)
    found: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(found, (value, _portable(error)), group=_patient_group())
    if error is not None:
        raise error
    for _, failure in found:
        if failure is not None:
            raise failure
    return [value for value, _ in found]


def from_main(make: Callable[[], T]) -> T:
    """What `make` gives in the main process alone, which is where it is called, for all."""
    if _is_alone():
        return make()
    value, error = _attempt(make) if is_main() else (None, None)
    shared: list[Any] = [(value, _portable(error))]
    dist.broadcast_object_list(shared, src=0, group=_patient_group())
    if error is not None:
        raise error
    found: T
    found, failure = shared[0]
    if failure is not None:
        raise failure
    return found


def dealt_back(pieces: Sequence[Sequence[T]], number: int) -> list[T]:
    """What was dealt out by turns, each of the pieces every n-th, in its first order again."""
    return [pieces[row % len(pieces)][row // len(pieces)] for row in range(number)]


def any_process(flag: bool) -> bool:
    """Whether the flag is set in any of the processes."""
    return any(together(lambda: flag))


def wait_for_all() -> None:
    """Return when every process has come here."""
    together(lambda: None)


def solitary_environment() -> dict[str, str]:
    """The environment for a child of the main process that is to compute by itself.

    Of the GPUs it sees the first, which is the main process's own.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in VARIABLES and not name.startswith(PREFIXES)
    }
    return {**environment, GPUS: environment.get(GPUS, "0").split(",")[0]}


def _is_alone() -> bool:
    return not dist.is_initialized()


@cache
def _patient_group() -> Any:
    return dist.new_group(backend="gloo", timeout=PATIENCE)


def _attempt(make: Callable[[], T]) -> tuple[T | None, Exception | None]:
    """A failure of any kind has to reach the others before it is raised here."""
    try:
        return make(), None
    except Exception as error:
        return None, error


def _portable(error: Exception | None) -> Exception | None:
    """The failure as the others raise it."""
    if error is None or isinstance(error, UserError | Outage):
        return error
    return PeerFailure(f"process {dist.get_rank()}: {type(error).__name__}: {error}")
