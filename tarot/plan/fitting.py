"""Whether a run can work as it is set: its context, the split of its model, and its memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from tarot.config.sampling import completion_limit
from tarot.config.schema import LoraConfig, RunConfig
from tarot.config.vllm import context_length
from tarot.plan.memory import GpuMemory, Sequences, gpu_memory, model_states
from tarot.plan.serving import cache_of, splits
from tarot.types import UserError

GB = 1e9
_SHORTER = (2, 4)
_FULLER = ("zero2", "zero3")
_UTILIZATION_STEP = 0.05
_ADAMW = ("adamw_torch", "adamw_torch_fused")


@dataclass(frozen=True, slots=True)
class _Change:
    """Settings that take less memory, as they are typed."""

    text: str
    config: RunConfig


def feasibility_checks(config: RunConfig) -> tuple[Callable[[], None], ...]:
    """Each raises UserError for what can't work, with the settings to change."""
    checks = (check_context, _check_split, _check_memory, _check_whole, _check_cache)
    return tuple(partial(check, config) for check in checks)


def check_context(config: RunConfig) -> None:
    """UserError where a sequence, or vLLM's room for one, can be longer than the model takes."""
    limit, length = config.model.architecture.context_length, full_length(config)
    if length > limit:
        raise UserError(
            f"trainer.max_completion_length={completion_limit(config)}: with max_prompt_tokens="
            f"{config.max_prompt_tokens} it makes {length} tokens, and {config.model.id} takes "
            f"{limit}; lower either"
        )
    given = config.trainer.get("vllm_max_model_length")
    if config.hardware.vllm is not None and given and given > limit:
        raise UserError(
            f"trainer.vllm_max_model_length={given}: {config.model.id} takes {limit}; lower it"
        )


def full_length(config: RunConfig) -> int:
    """Tokens of the longest prompt with the longest completion."""
    return config.max_prompt_tokens + completion_limit(config)


def memory_of(config: RunConfig) -> GpuMemory:
    """What a GPU that trains holds at the peak."""
    number = config.hardware.per_device_batch_size
    sequences = Sequences(number, config.max_prompt_tokens, completion_limit(config))
    return gpu_memory(
        config.model.architecture, config.hardware, sequences, has_reference(config), config.lora
    )


def has_reference(config: RunConfig) -> bool:
    """Whether the untrained model is asked for a KL term; beside adapters it is there anyhow."""
    return float(config.trainer.get("beta", 0)) != 0


def _check_split(config: RunConfig) -> None:
    shape, vllm = config.model.architecture, config.hardware.vllm
    if vllm is None or splits(shape, vllm.tensor_parallel):
        return
    workable = [str(n) for n in range(1, shape.heads + 1) if splits(shape, n)]
    raise UserError(
        f"hardware.vllm.tensor_parallel={vllm.tensor_parallel}: {config.model.id} has "
        f"{shape.heads} attention heads, {shape.kv_heads} of keys and values and an MLP "
        f"{shape.intermediate_size} wide, which vLLM can't split so; {', '.join(workable)} would "
        "work"
    )


def _check_cache(config: RunConfig) -> None:
    """The cache of vLLM has to hold one sequence as long as its context."""
    shape, hardware = config.model.architecture, config.hardware
    vllm, memory_gb = hardware.vllm, hardware.gpu_memory_gb
    if vllm is None or memory_gb is None:
        return
    context, cache = context_length(config), cache_of(shape, vllm, memory_gb, hardware.dtype)
    if cache.tokens >= context:
        return
    field = "vllm_max_model_length"
    length = field if config.trainer.get(field) else "max_completion_length"
    raise UserError(
        f"hardware.vllm.gpu_memory_utilization={vllm.gpu_memory_utilization:g} of {memory_gb:g} "
        f"GB: beside the weights of {config.model.id}, vLLM has room for {max(cache.tokens, 0)} "
        f"tokens, and a sequence has up to {context}; raise it, lower trainer.{length}, or set a "
        "smaller model (model=…)"
    )


def _check_memory(config: RunConfig) -> None:
    hardware = config.hardware
    if hardware.device == "cpu" or hardware.gpu_memory_gb is None or not _is_estimated(config):
        return
    if _fits(config):
        return
    raise UserError(
        f"hardware.gpu_memory_gb={hardware.gpu_memory_gb:g}: training {config.model.id} takes "
        f"about {memory_of(config).total / GB:.0f} GB a GPU; {_remedy(config)}"
    )


def _check_whole(config: RunConfig) -> None:
    """Where each GPU trains a part of the weights, it measures the model with whole ones."""
    hardware, memory_gb = config.hardware, config.hardware.gpu_memory_gb
    if hardware.sharding not in ("zero3", "fsdp2") or hardware.device == "cpu" or not memory_gb:
        return
    unsharded = hardware.model_copy(update={"sharding": None})
    whole = model_states(config.model.architecture, unsharded, has_reference=False).weights
    beside = memory_of(config).generation
    if whole + beside <= memory_gb * GB:
        return
    remedy = "lower hardware.vllm.gpu_memory_utilization or " if beside else ""
    raise UserError(
        f"hardware.gpu_memory_gb={memory_gb:g}: measuring {config.model.id} takes its whole "
        f"weights on each GPU, about {(whole + beside) / GB:.0f} GB"
        f"{' with vLLM' if beside else ''}; {remedy}set a smaller model (model=…)"
    )


def _is_estimated(config: RunConfig) -> bool:
    return str(config.trainer.get("optim", _ADAMW[0])) in _ADAMW


def _fits(config: RunConfig) -> bool:
    return memory_of(config).total <= (config.hardware.gpu_memory_gb or 0) * GB


def _remedy(config: RunConfig) -> str:
    """Every single setting that makes it fit, or several, or adapters, or another model."""
    single = [change.text for change in _changes(config) if _fits(change.config)]
    if single:
        return f"{' or '.join(single)} would fit"
    together = _all_together(config)
    if together is not None:
        return f"{together} would fit"
    if any(_fits(change.config) for change in _adapters(config)):
        return "trainer=lora would fit"
    return "set a smaller model (model=…) or hardware with more GPUs or memory (hardware=…)"


def _changes(config: RunConfig) -> Iterator[_Change]:
    """The mildest change of each setting that makes the run fit, or else its strongest."""
    families = (_batches, _shardings, _utilizations, _lengths)
    for family in families:
        changes = list(family(config))
        fitting = (change for change in changes if _fits(change.config))
        if changes:
            yield next(fitting, changes[-1])


def _all_together(config: RunConfig) -> str | None:
    texts: list[str] = []
    for family in (_batches, _shardings, _utilizations):
        changes = list(family(config))
        if changes:
            texts.append(changes[-1].text)
            config = changes[-1].config
        if _fits(config):
            return " with ".join(texts)
    return None


def _batches(config: RunConfig) -> Iterator[_Change]:
    completions = config.problems_per_step * config.num_generations
    for number in range(config.hardware.per_device_batch_size - 1, 0, -1):
        if completions % (number * config.hardware.processes) == 0:
            text = f"hardware.per_device_batch_size={number}"
            yield _Change(text, _on_hardware(config, per_device_batch_size=number))


def _shardings(config: RunConfig) -> Iterator[_Change]:
    if config.hardware.processes > 1 and config.hardware.sharding in (None, "zero1", "zero2"):
        for sharding in _FULLER:
            if sharding != config.hardware.sharding:
                text = f"hardware.sharding={sharding}"
                yield _Change(text, _on_hardware(config, sharding=sharding))


def _utilizations(config: RunConfig) -> Iterator[_Change]:
    """Smaller shares for a vLLM beside training, as long as it holds one sequence."""
    vllm, memory_gb = config.hardware.vllm, config.hardware.gpu_memory_gb
    if vllm is None or memory_gb is None or vllm.mode != "colocate":
        return
    share = vllm.gpu_memory_utilization
    while (share := round(share - _UTILIZATION_STEP, 2)) > 0:
        smaller = vllm.model_copy(update={"gpu_memory_utilization": share})
        cache = cache_of(config.model.architecture, smaller, memory_gb, config.hardware.dtype)
        if cache.tokens < context_length(config):
            return
        text = f"hardware.vllm.gpu_memory_utilization={share:g}"
        yield _Change(text, _on_hardware(config, vllm=smaller))


def _lengths(config: RunConfig) -> Iterator[_Change]:
    for divisor in _SHORTER:
        length = completion_limit(config) // divisor
        trainer = {**config.trainer, "max_completion_length": length}
        text = f"trainer.max_completion_length={length}"
        yield _Change(text, config.model_copy(update={"trainer": trainer}))


def _adapters(config: RunConfig) -> Iterator[_Change]:
    if config.lora is None:
        lora = LoraConfig(r=16, alpha=32, dropout=0.0, target_modules=None)
        yield _Change("trainer=lora", config.model_copy(update={"lora": lora}))


def _on_hardware(config: RunConfig, **changes: Any) -> RunConfig:
    hardware = config.hardware.model_copy(update=changes)
    return config.model_copy(update={"hardware": hardware})
