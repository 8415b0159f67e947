"""Which states of a training its processes share out, and that this is what was asked for.

Under zero3 and fsdp2 no process holds whole weights while the trainer lives, but when a checkpoint
is saved they are gathered into it. Optimizer states stay in parts there, one for each process, so
a run goes on only with as many processes and the same sharding. FSDP is not covered on a CPU:
Accelerate leaves it out there without a word, which is noticed here.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from accelerate import Accelerator, DistributedType

from tarot.config.schema import HardwareConfig
from tarot.runs import read_json, write_json
from tarot.types import UserError

LAYOUT_FILE = "sharding.json"
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


def keep_layout(hardware: HardwareConfig, checkpoints: Path, resumed: Path | None) -> None:
    """Note beside the checkpoints who shares what in them.

    Raises:
        UserError: if the one to go on from has parts that these processes can't take up.
    """
    path, own = checkpoints / LAYOUT_FILE, _layout(hardware)
    saved = read_json(path) if path.exists() else own
    if resumed is not None and saved != own and (saved["sharding"] or own["sharding"]):
        settings = " ".join(f"hardware.{key}={value or 'null'}" for key, value in saved.items())
        raise UserError(
            f"hardware.sharding={own['sharding'] or 'null'}: the {own['processes']} processes "
            f"can't go on from {resumed}; set {settings}"
        )
    checkpoints.mkdir(exist_ok=True)
    write_json(path, own)


def _layout(hardware: HardwareConfig) -> dict[str, str | int | None]:
    return {"processes": hardware.processes, "sharding": hardware.sharding}
