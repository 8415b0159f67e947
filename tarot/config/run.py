"""Everything about a run's config that can be told from the config alone."""

from collections.abc import Mapping
from typing import Any

from tarot.config.batches import plan_batches
from tarot.config.machine import check_split
from tarot.config.schedule import check_schedule
from tarot.config.schema import FAMILIES, ArchitectureConfig, ModelConfig, RunConfig
from tarot.config.targets import check_target
from tarot.config.trainer_fields import check_trainer, default_of
from tarot.config.validation import parse, suggestion
from tarot.types import UserError

TARGETS = ("data", "curriculum", "reward", "sandbox", "launcher")


def validate_run(config: Mapping[str, Any]) -> RunConfig:
    """The config as types; UserError for the first key, type, field or number that is wrong."""
    run = parse(RunConfig, config)
    _check_family(run.model)
    _check_experts(run.model.architecture)
    _check_quantization(run)
    _check_filter(run)
    _check_dynamic_sampling(run)
    _check_hub(run)
    check_trainer(run.trainer)
    _check_length(run)
    check_schedule(run)
    _check_saving(run)
    for key in TARGETS:
        check_target(key, config[key])
    _check_outage(run)
    check_split(run.hardware)
    plan_batches(run)
    return run


def _check_family(model: ModelConfig) -> None:
    """UserError for random weights of an architecture for which they can't be made."""
    family = model.architecture.family
    if model.source == "random" and family not in FAMILIES:
        raise UserError(
            f"model.architecture.family={family}: there are no random weights of it"
            + suggestion(family, FAMILIES)
        )


def _check_experts(shape: ArchitectureConfig) -> None:
    """UserError unless a mixture of experts, and no dense model, has them, enough for a token."""
    key = "model.architecture"
    is_mixture = shape.family == "qwen3_moe"
    if shape.family in FAMILIES and is_mixture != (shape.experts is not None):
        wanted = "gives no experts" if shape.experts is None else "has none"
        raise UserError(
            f"{key}.experts: {key}.family={shape.family} {wanted}; set both, or neither"
        )
    if shape.experts is not None and shape.experts.active > shape.experts.number:
        raise UserError(
            f"{key}.experts.active={shape.experts.active}: there are only {shape.experts.number}"
        )


def _check_quantization(run: RunConfig) -> None:
    """UserError where weights in four bits can't be trained on, or not by what TRL does."""
    if run.lora is None or run.lora.quantization is None:
        return
    key, hardware = f"lora.quantization={run.lora.quantization}", run.hardware
    if hardware.device == "cpu":
        raise UserError(
            f"{key}: bitsandbytes needs CUDA, and hardware.device=cpu; set trainer=lora"
        )
    if hardware.sharding in ("zero3", "fsdp2"):
        raise UserError(
            f"{key}: weights in four bits are not split; set hardware.sharding=zero2 or null"
        )
    if hardware.vllm is not None:
        raise UserError(
            f"{key}: TRL would hand vLLM the weights in four bits without their scales; set "
            "hardware.vllm=null, by which transformers generates, or trainer=lora"
        )


def _check_filter(run: RunConfig) -> None:
    if run.filter is not None and run.filter[0] > run.filter[1]:
        low, high = run.filter
        raise UserError(f"filter: from {low} to {high} there is nothing; give the lower rate first")


def _check_hub(run: RunConfig) -> None:
    """UserError for a push that has no place, or nothing to push."""
    if not run.hub.push:
        return
    if run.hub.id is None:
        raise UserError("hub.push=true: needs a repository; set hub.id=org/name")
    if run.trainer.get("save_strategy") == "no":
        raise UserError("hub.push=true: trainer.save_strategy=no keeps no weights; leave it out")


def _check_outage(run: RunConfig) -> None:
    """UserError where a sandbox may keep one process longer than the others wait for it."""
    outage_s = run.sandbox.get("max_outage_s", 0)
    timeout_s = run.trainer.get("ddp_timeout", default_of("ddp_timeout"))
    if run.hardware.processes > 1 and outage_s >= timeout_s:
        raise UserError(
            f"sandbox.max_outage_s={outage_s:g}: the other processes wait trainer.ddp_timeout="
            f"{timeout_s:g} s for one whose sandbox is out; set it below that"
        )


def _check_dynamic_sampling(run: RunConfig) -> None:
    """UserError where groups can't be chosen after they are generated."""
    if run.dynamic_sampling is not None and run.trainer.get("scale_rewards") == "batch":
        raise UserError(
            "dynamic_sampling: trainer.scale_rewards=batch scales by a batch of which some is not "
            "trained on; set trainer.scale_rewards=group, or dynamic_sampling=null"
        )


def _check_length(run: RunConfig) -> None:
    """UserError for completions without an end, for which nothing could make room."""
    name = "max_completion_length"
    if name in run.trainer and run.trainer[name] is None:
        raise UserError(f"trainer.{name}=null: completions need a limit; give a number of tokens")


def _check_saving(run: RunConfig) -> None:
    """UserError where weights in parts would not be gathered into a last checkpoint."""
    strategy = run.trainer.get("save_strategy", "steps")
    if run.hardware.sharding in ("zero3", "fsdp2") and strategy not in ("steps", "epoch"):
        raise UserError(
            f"trainer.save_strategy={strategy}: under hardware.sharding={run.hardware.sharding} "
            "the trained model is measured from its last checkpoint; set it to steps"
        )
