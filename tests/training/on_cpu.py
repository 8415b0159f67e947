"""TRL's arguments for a trainer that a test drives itself, on the CPU."""

from pathlib import Path
from typing import Any

from trl import GRPOConfig


def grpo_config(folder: Path, batch_size: int, group_size: int, **settings: Any) -> GRPOConfig:
    """Batches of `batch_size` completions in groups, with nothing reported."""
    return GRPOConfig(
        output_dir=str(folder),
        per_device_train_batch_size=batch_size,
        num_generations=group_size,
        use_cpu=True,
        bf16=False,
        report_to="none",
        **settings,
    )
