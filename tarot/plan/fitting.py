"""Whether a run can work as it is set: its context, the split of its model, and its memory."""

from collections.abc import Callable
from functools import partial

from tarot.config.sampling import completion_limit
from tarot.config.schema import RunConfig
from tarot.config.vllm import context_length
from tarot.plan.needs import GB, evaluating_bytes, fits, full_length, measuring_bytes, memory_of
from tarot.plan.remedies import remedy, with_vllm
from tarot.plan.serving import cache_of, share_for, splits
from tarot.plan.states import model_states
from tarot.types import UserError

_ADAMW = ("adamw_torch", "adamw_torch_fused")


def feasibility_checks(config: RunConfig) -> tuple[Callable[[], None], ...]:
    """Each raises UserError for what can't work, with the settings to change."""
    checks = (
        check_context,
        _check_split,
        _check_memory,
        _check_whole,
        _check_cache,
        _check_measuring,
    )
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
    share = share_for(shape, vllm, memory_gb, hardware.dtype, context)
    is_room = share <= 1 and fits(with_vllm(config, gpu_memory_utilization=share))
    raised = f"raise it to {share:g}, " if is_room else ""
    raise UserError(
        f"hardware.vllm.gpu_memory_utilization={vllm.gpu_memory_utilization:g} of {memory_gb:g} "
        f"GB: beside the weights of {config.model.id}, vLLM has room for {max(cache.tokens, 0)} "
        f"tokens, and a sequence has up to {context}; {raised}lower trainer.{length}, or set a "
        "smaller model (model=…)"
    )


def _check_memory(config: RunConfig) -> None:
    hardware = config.hardware
    if hardware.device == "cpu" or hardware.gpu_memory_gb is None or not _is_estimated(config):
        return
    if fits(config):
        return
    memory = memory_of(config)
    phase = "" if memory.training >= memory.generating else " while it generates"
    raise UserError(
        f"hardware.gpu_memory_gb={hardware.gpu_memory_gb:g}: training {config.model.id} takes "
        f"about {memory.total / GB:.0f} GB a GPU{phase}; {remedy(config)}"
    )


def _check_whole(config: RunConfig) -> None:
    """Where each GPU trains a part of the weights, it measures the model with whole ones."""
    hardware, memory_gb = config.hardware, config.hardware.gpu_memory_gb
    if hardware.sharding not in ("zero3", "fsdp2") or hardware.device == "cpu" or not memory_gb:
        return
    unsharded = hardware.model_copy(update={"sharding": None})
    whole = model_states(config.model.architecture, unsharded, has_reference=False).weights
    beside = memory_of(config).resident
    if whole + beside <= memory_gb * GB:
        return
    lower = "lower hardware.vllm.gpu_memory_utilization or " if beside else ""
    raise UserError(
        f"hardware.gpu_memory_gb={memory_gb:g}: measuring {config.model.id} takes its whole "
        f"weights on each GPU, about {(whole + beside) / GB:.0f} GB"
        f"{' with vLLM' if beside else ''}; {lower}set a smaller model (model=…)"
    )


def _is_estimated(config: RunConfig) -> bool:
    return str(config.trainer.get("optim", _ADAMW[0])) in _ADAMW


def _check_measuring(config: RunConfig) -> None:
    """The model is measured with transformers: before training, and without vLLM in it too."""
    hardware, memory_gb = config.hardware, config.hardware.gpu_memory_gb
    if hardware.device == "cpu" or memory_gb is None:
        return
    needed, number = _measuring_bytes(config), config.evaluation.batch_size
    if needed <= memory_gb * GB:
        return
    smaller = number // 2
    while smaller and _measuring_bytes(_drawing(config, smaller)) > memory_gb * GB:
        smaller //= 2
    shorter = f"lower trainer.max_completion_length={completion_limit(config)}"
    advice = f"evaluation.batch_size={smaller} would fit" if smaller else shorter
    raise UserError(
        f"evaluation.batch_size={number}: measuring {config.model.id} takes about "
        f"{needed / GB:.0f} of {memory_gb:g} GB where {number} completions of up to "
        f"{full_length(config)} tokens are drawn at once; {advice}"
    )


def _measuring_bytes(config: RunConfig) -> float:
    between = evaluating_bytes(config) if _is_estimated(config) else 0.0
    return max(measuring_bytes(config), between)


def _drawing(config: RunConfig, number: int) -> RunConfig:
    evaluation = config.evaluation.model_copy(update={"batch_size": number})
    return config.model_copy(update={"evaluation": evaluation})
