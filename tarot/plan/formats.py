"""In which number formats a GPU holds what it trains, in bytes a number."""

from tarot.config.schema import HardwareConfig

FLOAT32, BFLOAT16 = 4, 2


def stored_bytes(hardware: HardwareConfig) -> int:
    """Of one weight, and of one gradient."""
    if hardware.autocast is not None and hardware.sharding is not None:
        return BFLOAT16 if is_deepspeed(hardware) else FLOAT32
    return dtype_bytes(hardware)


def dtype_bytes(hardware: HardwareConfig) -> int:
    """Of `hardware.dtype`."""
    return FLOAT32 if hardware.dtype == "float32" else BFLOAT16


def computes_narrowly(hardware: HardwareConfig) -> bool:
    """Whether products are made in bfloat16."""
    return hardware.autocast == "bfloat16" or hardware.dtype == "bfloat16"


def is_deepspeed(hardware: HardwareConfig) -> bool:
    """Whether DeepSpeed shares out the states, and keeps float32 weights beside the moments."""
    return (hardware.sharding or "").startswith("zero")
