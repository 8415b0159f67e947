"""Which states of a training its processes share out, and that this is what was asked for.

Under zero3 and fsdp2 no process holds whole weights while the trainer lives, but when a checkpoint
is saved they are gathered into it. `tarot.runs.layout` says who can go on from one. FSDP is not
covered on a CPU: Accelerate leaves it out there without a word, which is noticed here.
"""

import os
from collections.abc import Mapping

from accelerate import Accelerator, DistributedType

from tarot.config.schema import HardwareConfig
from tarot.types import UserError

IN_PARTS = frozenset({"zero3", "fsdp2"})


def requested(environment: Mapping[str, str]) -> str | None:
    """What `accelerate launch` tells its processes to share, in the words of the config."""
    if environment.get("ACCELERATE_USE_DEEPSPEED") == "true":
        return f"zero{environment.get('ACCELERATE_DEEPSPEED_ZERO_STAGE')}"
    if environment.get("ACCELERATE_USE_FSDP") == "true":
        return f"fsdp{environment.get('FSDP_VERSION')}"
    return None


def in_use(accelerator: Accelerator) -> str | None:
    """What a trainer's processes share, in the words of the config."""
    if accelerator.distributed_type == DistributedType.DEEPSPEED:
        return f"zero{accelerator.state.deepspeed_plugin.zero_stage}"
    if accelerator.distributed_type == DistributedType.FSDP:
        return f"fsdp{accelerator.state.fsdp_plugin.fsdp_version}"
    return None


def check_sharding(found: str | None, hardware: HardwareConfig) -> None:
    """UserError unless what was found is what the config says."""
    if found != hardware.sharding:
        raise UserError(
            f"hardware.sharding={hardware.sharding or 'null'}: this run was started with "
            f"{found or 'null'}; start it with launcher=accelerate"
        )


def prepare_deepspeed(hardware: HardwareConfig) -> None:
    """On a CPU, keep DeepSpeed to gloo: collectives of its own would have to be compiled first."""
    if hardware.device != "cpu" or not (hardware.sharding or "").startswith("zero"):
        return
    os.environ["DS_ACCELERATOR"] = "cpu"
    import deepspeed.ops  # noqa: PLC0415 - slow, and reads the variable above

    deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
