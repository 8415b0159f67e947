"""The config file of `accelerate launch`, by the hardware of a run."""

from typing import Any

from tarot.config.schema import HardwareConfig


def accelerate_config(hardware: HardwareConfig, gradient_accumulation_steps: int) -> dict[str, Any]:
    """The file's content."""
    return {
        "compute_environment": "LOCAL_MACHINE",
        "distributed_type": "MULTI_GPU" if hardware.processes > 1 else "NO",
        "machine_rank": 0,
        "mixed_precision": "bf16" if hardware.autocast else "no",
        "num_machines": hardware.nodes,
        "num_processes": hardware.processes,
        "use_cpu": hardware.device == "cpu",
    }
