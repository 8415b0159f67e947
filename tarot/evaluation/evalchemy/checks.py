"""Whether this machine and the data are what a task needs."""

import os
from pathlib import Path

from tarot.config.evaluation import EvalchemyConfig, EvaluateConfig
from tarot.config.machine import visible_gpus
from tarot.evaluation.evalchemy.arguments import SERVED, parallelism
from tarot.types import UserError


def check_machine(config: EvaluateConfig) -> None:
    """UserError unless this machine has the GPUs that the backend is to use."""
    hardware = config.hardware
    if hardware.device == "cpu":
        if config.evalchemy.backend == "vllm":
            raise UserError(
                "evalchemy.backend=vllm: needs GPUs, and hardware.device=cpu; set "
                "evalchemy.backend=hf"
            )
        return
    parallelism(config)
    found = visible_gpus(os.environ)
    if found < hardware.gpus:
        raise UserError(
            f"hardware.gpus={hardware.gpus}: this machine has {found or 'none'}; choose another "
            "hardware, or hardware=cpu evalchemy.backend=hf"
        )


def check_server(settings: EvalchemyConfig) -> None:
    """UserError for a server that is named and that the backend would not ask."""
    if settings.base_url is not None and settings.backend != SERVED:
        raise UserError(
            f"evalchemy.base_url={settings.base_url}: evalchemy.backend={settings.backend} asks "
            f"no server; set evalchemy.backend={SERVED}"
        )


def check_number(path: Path, num_problems: int) -> None:
    """UserError unless a file has a line for each of as many problems as are expected."""
    with path.open("rb") as file:
        found = sum(1 for line in file if line.strip())
    if found != num_problems:
        raise UserError(
            f"benchmark.….num_problems={num_problems}: {path} has {found}; set it to {found} if "
            "these are the problems that you mean"
        )
