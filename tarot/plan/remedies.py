"""Which settings would make a run fit into the memory of its GPUs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tarot.config.batches import plan_batches
from tarot.config.sampling import completion_limit
from tarot.config.schema import LoraConfig, RunConfig
from tarot.config.vllm import context_length
from tarot.plan.needs import fits
from tarot.plan.serving import share_for

_SHORTER = (2, 4)
_FULLER = ("zero2", "zero3")
_UTILIZATION_STEP = 0.05


@dataclass(frozen=True, slots=True)
class _Change:
    """Settings that take less memory, as they are typed."""

    text: str
    config: RunConfig


def remedy(config: RunConfig) -> str:
    """Every single setting that makes it fit, or several, or adapters, or another model."""
    found = _within(config)
    if found is not None:
        return f"{found} would fit"
    adapted = list(_adapters(config))
    for change in adapted:
        if fits(change.config):
            return f"{change.text} would fit"
    for change in adapted:
        more = _within(change.config)
        if more is not None:
            return f"{change.text} with {more} would fit"
    return "set a smaller model (model=…) or hardware with more GPUs or memory (hardware=…)"


def with_vllm(config: RunConfig, **changes: Any) -> RunConfig:
    """The config with other settings of the vLLM that it has."""
    vllm = config.hardware.vllm
    if vllm is None:
        return config
    return _on_hardware(config, vllm=vllm.model_copy(update=changes))


def _within(config: RunConfig) -> str | None:
    """What fits without other weights being trained."""
    single = [change.text for change in _changes(config) if fits(change.config)]
    return " or ".join(single) if single else _all_together(config)


def _changes(config: RunConfig) -> Iterator[_Change]:
    """The mildest change of each setting that makes the run fit, or else its strongest."""
    families = (_sleeping, _generations, _batches, _shardings, _utilizations, _lengths)
    for family in families:
        changes = list(family(config))
        fitting = (change for change in changes if fits(change.config))
        if changes:
            yield next(fitting, changes[-1])


def _all_together(config: RunConfig) -> str | None:
    texts: list[str] = []
    for family in (_sleeping, _generations, _batches, _shardings, _utilizations):
        changes = list(family(config))
        if changes:
            texts.append(changes[-1].text)
            config = changes[-1].config
        if fits(config):
            return " with ".join(texts)
    return None


def _sleeping(config: RunConfig) -> Iterator[_Change]:
    vllm = config.hardware.vllm
    if vllm is not None and vllm.mode == "colocate" and not vllm.sleep:
        yield _Change("hardware.vllm.sleep=true", with_vllm(config, sleep=True))


def _generations(config: RunConfig) -> Iterator[_Change]:
    """Fewer completions at once where transformers generates, in whole groups."""
    batches = plan_batches(config)
    if config.hardware.vllm is not None or batches.iterations > 1:
        return
    for passes in range(batches.passes_per_generation - 1, 0, -1):
        whole = passes * batches.completions_per_pass % config.num_generations == 0
        if whole and batches.accumulation_steps % passes == 0:
            text = f"trainer.steps_per_generation={passes}"
            yield _Change(text, _with_trainer(config, steps_per_generation=passes))


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
    shape, dtype = config.model.architecture, config.hardware.dtype
    least = share_for(shape, vllm, memory_gb, dtype, context_length(config))
    share = vllm.gpu_memory_utilization
    while (share := round(share - _UTILIZATION_STEP, 2)) >= least:
        text = f"hardware.vllm.gpu_memory_utilization={share:g}"
        yield _Change(text, with_vllm(config, gpu_memory_utilization=share))


def _lengths(config: RunConfig) -> Iterator[_Change]:
    for divisor in _SHORTER:
        length = completion_limit(config) // divisor
        text = f"trainer.max_completion_length={length}"
        yield _Change(text, _with_trainer(config, max_completion_length=length))


def _adapters(config: RunConfig) -> Iterator[_Change]:
    """Adapters, and adapters of weights in four bits, as `trainer=lora` and `trainer=qlora` do."""
    lora = config.lora or LoraConfig(r=16, alpha=32, dropout=0.0, target_modules=None)
    if config.lora is None:
        yield _Change("trainer=lora", config.model_copy(update={"lora": lora}))
    hardware = config.hardware
    is_served = hardware.vllm is not None and hardware.vllm.mode == "server"
    if lora.quantization is None and not is_served and hardware.sharding in (None, "zero2"):
        narrow = lora.model_copy(update={"quantization": "nf4"})
        without = _on_hardware(config, vllm=None)
        yield _Change("trainer=qlora", without.model_copy(update={"lora": narrow}))


def _with_trainer(config: RunConfig, **changes: Any) -> RunConfig:
    return config.model_copy(update={"trainer": {**config.trainer, **changes}})


def _on_hardware(config: RunConfig, **changes: Any) -> RunConfig:
    hardware = config.hardware.model_copy(update=changes)
    return config.model_copy(update={"hardware": hardware})
