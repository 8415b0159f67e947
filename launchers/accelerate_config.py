"""What `accelerate launch --config_file` reads: how many processes, and what they share.

Machine rank, main address and port are arguments of that command, as each machine has its own.
"""

from typing import Any

from tarot.config.schema import HardwareConfig

ZERO_STAGES = {"zero1": 1, "zero2": 2, "zero3": 3}


def accelerate_config(hardware: HardwareConfig, gradient_accumulation_steps: int) -> dict[str, Any]:
    """The content of the YAML file for the processes of one training.

    `accelerate launch` hands several processes on the CPU to mpirun; under `MULTI_GPU` it starts
    them by torchrun, and `use_cpu` keeps that from asking for GPUs.
    """
    return {
        "compute_environment": "LOCAL_MACHINE",
        "num_machines": hardware.nodes,
        "num_processes": hardware.processes,
        "use_cpu": hardware.device == "cpu",
        "mixed_precision": "bf16" if hardware.autocast == "bfloat16" else "no",
        "rdzv_backend": "static",
        "same_network": True,
        **_distribution(hardware, gradient_accumulation_steps),
    }


def _distribution(hardware: HardwareConfig, gradient_accumulation_steps: int) -> dict[str, Any]:
    if hardware.processes == 1:
        return {"distributed_type": "NO"}
    if hardware.sharding is None:
        return {"distributed_type": "MULTI_GPU"}
    if hardware.sharding == "fsdp2":
        return {"distributed_type": "FSDP", "fsdp_config": _fsdp2()}
    deepspeed = _deepspeed(ZERO_STAGES[hardware.sharding], gradient_accumulation_steps)
    return {"distributed_type": "DEEPSPEED", "deepspeed_config": deepspeed}


def _deepspeed(stage: int, gradient_accumulation_steps: int) -> dict[str, Any]:
    """Gradient clipping is the trainer's `max_grad_norm`; saved weights are gathered."""
    config = {
        "zero_stage": stage,
        "gradient_accumulation_steps": gradient_accumulation_steps,
        "offload_optimizer_device": "none",
        "offload_param_device": "none",
        "deepspeed_multinode_launcher": "standard",
    }
    if stage == 3:
        config |= {"zero3_init_flag": True, "zero3_save_16bit_model": True}
    return config


def _fsdp2() -> dict[str, Any]:
    """One unit a transformer layer; saved weights are gathered."""
    return {
        "fsdp_version": 2,
        "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
        "fsdp_reshard_after_forward": True,
        "fsdp_state_dict_type": "FULL_STATE_DICT",
        "fsdp_offload_params": False,
        "fsdp_cpu_ram_efficient_loading": False,
        "fsdp_activation_checkpointing": False,
    }
