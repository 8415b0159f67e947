"""What a child that computes finds in its environment, whoever starts it."""

import os
from collections.abc import Mapping

from tarot.config.machine import GPUS
from tarot.config.schema import HardwareConfig
from tarot.runs.ancestry import LAUNCHER
from tarot.runs.environment import PROJECT

# Idle threads wait instead of spinning, which on a loaded CPU costs more than the work itself.
# Freed memory is kept: handing every large tensor's pages back and faulting them in again cost a
# fifth of the computing on top.
CPU_ENVIRONMENT = {
    "OMP_WAIT_POLICY": "passive",
    "MALLOC_MMAP_THRESHOLD_": str(8 * 2**30),
    "MALLOC_TRIM_THRESHOLD_": str(16 * 2**30),
    GPUS: "",
    "DS_ACCELERATOR": "cpu",
}


def computing_environment(
    environment: Mapping[str, str], hardware: HardwareConfig
) -> dict[str, str]:
    """Threads as configured, and imports as in this process, with which the child ends.

    On the CPU it sees no GPU; on GPUs it sees those of `environment`.
    """
    path = import_path(environment)
    child = {**environment, "PYTHONPATH": path, "TOKENIZERS_PARALLELISM": "false"}
    child[LAUNCHER] = str(os.getpid())
    if hardware.device == "cpu":
        return child | {"OMP_NUM_THREADS": str(hardware.threads), **CPU_ENVIRONMENT}
    return child


def import_path(environment: Mapping[str, str]) -> str:
    """The PYTHONPATH of a process that is to import what this one can, in any folder."""
    parts = (os.getcwd(), str(PROJECT), environment.get("PYTHONPATH"))
    return os.pathsep.join(dict.fromkeys(part for part in parts if part))
