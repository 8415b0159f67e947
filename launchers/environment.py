"""What a run's child finds in its environment."""

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


def child_environment(environment: Mapping[str, str], hardware: HardwareConfig) -> dict[str, str]:
    """The environment of a child: threads as configured, and imports as in this process.

    The child ends with this process. Of the GPUs it sees those that train, and no others: TRL
    refuses a process that is alone and sees several.
    """
    path = import_path(environment)
    child = {**environment, "PYTHONPATH": path, "TOKENIZERS_PARALLELISM": "false"}
    child[LAUNCHER] = str(os.getpid())
    if hardware.device == "cpu":
        return child | {"OMP_NUM_THREADS": str(hardware.threads), **CPU_ENVIRONMENT}
    return child | {GPUS: ",".join(training_gpus(environment, hardware))}


def import_path(environment: Mapping[str, str]) -> str:
    """The PYTHONPATH of a process that is to import what this one can, in any folder."""
    parts = (os.getcwd(), str(PROJECT), environment.get("PYTHONPATH"))
    return os.pathsep.join(dict.fromkeys(part for part in parts if part))


def training_gpus(environment: Mapping[str, str], hardware: HardwareConfig) -> list[str]:
    """The GPUs of this machine that train, by their names in CUDA_VISIBLE_DEVICES."""
    return _gpus(environment, hardware)[: hardware.processes // hardware.nodes]


def serving_gpus(environment: Mapping[str, str], hardware: HardwareConfig) -> list[str]:
    """The other GPUs of this machine that a run may use, which serve vLLM."""
    return _gpus(environment, hardware)[hardware.processes // hardware.nodes :]


def _gpus(environment: Mapping[str, str], hardware: HardwareConfig) -> list[str]:
    visible = environment.get(GPUS)
    names = visible.split(",") if visible else map(str, range(hardware.gpus))
    return list(names)[: hardware.gpus]
