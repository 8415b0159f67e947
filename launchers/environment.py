"""What a run's child finds in its environment."""

from collections.abc import Mapping

from tarot.config.machine import GPUS
from tarot.config.schema import HardwareConfig
from tarot.runs.child_environment import computing_environment


def child_environment(environment: Mapping[str, str], hardware: HardwareConfig) -> dict[str, str]:
    """The environment of a child: threads as configured, and imports as in this process.

    The child ends with this process. Of the GPUs it sees those that train, and no others: TRL
    refuses a process that is alone and sees several.
    """
    child = computing_environment(environment, hardware)
    if hardware.device == "cpu":
        return child
    return child | {GPUS: ",".join(training_gpus(environment, hardware))}


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
