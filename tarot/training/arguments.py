"""From the run config to TRL's arguments: what the framework sets and what the user may."""

from collections.abc import Mapping
from typing import Any

from trl import GRPOConfig

from tarot.config.batches import plan_batches
from tarot.config.schema import HardwareConfig, RunConfig
from tarot.config.vllm import context_length, server_arguments
from tarot.runs import RunDirectory


def grpo_arguments(
    config: RunConfig, run: RunDirectory, decoupled: Mapping[str, float] | None = None
) -> GRPOConfig:
    """The arguments of the run's GRPOTrainer; keys under `trainer` pass through unchanged.

    `decoupled` has the weight of each part that is normalised by itself, None where their sum is.
    """
    return GRPOConfig(
        output_dir=str(run.checkpoints_path),
        run_name=run.path.name,
        seed=config.seed,
        num_generations=config.num_generations,
        per_device_train_batch_size=config.hardware.per_device_batch_size,
        gradient_accumulation_steps=plan_batches(config).accumulation_steps,
        report_to="none",  # the log's lines go to the trackers, with what TRL does not know
        disable_tqdm=True,
        **_machine(config.hardware),
        **_aggregation(decoupled),
        **{
            **_of_both(config.trainer, _vllm(config)),
            "save_total_limit": None,  # the run removes older checkpoints once the newest is whole
        },
    )


def _of_both(given: Mapping[str, Any], worked_out: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of both; what is given comes first, and None is not given."""
    own = {name: value for name, value in given.items() if value is not None}
    return {**given, **worked_out, **own}


def _aggregation(decoupled: Mapping[str, float] | None) -> dict[str, Any]:
    if decoupled is None:
        return {}
    weights = list(decoupled.values())
    return {"multi_objective_aggregation": "normalize_then_sum", "reward_weights": weights}


def _machine(hardware: HardwareConfig) -> dict[str, Any]:
    return {
        "use_cpu": hardware.device == "cpu",
        "bf16": hardware.autocast == "bfloat16",
        "gradient_checkpointing": hardware.gradient_checkpointing,
        "dataloader_pin_memory": hardware.device != "cpu",
    }


def _vllm(config: RunConfig) -> dict[str, Any]:
    vllm = config.hardware.vllm
    if vllm is None:
        return {}
    arguments: dict[str, Any] = {
        "use_vllm": True,
        "vllm_mode": vllm.mode,
        "vllm_gpu_memory_utilization": vllm.gpu_memory_utilization,
        "vllm_enable_sleep_mode": vllm.sleep,
        "vllm_tensor_parallel_size": vllm.tensor_parallel,
        "vllm_max_model_length": context_length(config),
    }
    if vllm.mode == "server":
        arguments |= server_arguments(config)
    return arguments
