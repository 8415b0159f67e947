"""What a plan says of the memory of a GPU, and of adapters, which are there to save it."""

from collections.abc import Iterator

from tarot.cli.estimates import Row, count
from tarot.config.schema import RunConfig, VllmConfig
from tarot.plan.memory import GpuMemory
from tarot.plan.needs import GB, full_length, memory_of
from tarot.plan.serving import cache_of
from tarot.plan.states import adapter_parameters


def adapter_rows(settings: RunConfig) -> Iterator[Row]:
    """How large adapters are, and which way they come to what generates."""
    lora = settings.lora
    if lora is None:
        return
    if lora.quantization is not None:
        way = (
            f"the weights are in four bits ({lora.quantization.upper()}), with which TRL can't "
            "provide a vLLM: transformers generates with both"
        )
    elif settings.hardware.vllm is not None:
        way = (
            "before a step generates TRL hands vLLM the weights with them merged, as it loads no "
            "adapter there"
        )
    else:
        way = "transformers generates with both"
    number = adapter_parameters(settings.model.architecture, lora)
    yield "adapters", f"{count(number)} parameters of rank {lora.r} beside the weights; {way}"


def memory_rows(settings: RunConfig) -> Iterator[Row]:
    """What a GPU holds, and what vLLM's cache does."""
    hardware, memory_gb = settings.hardware, settings.hardware.gpu_memory_gb
    if hardware.device == "cpu":
        yield "memory", "not estimated for a CPU"
        return
    vllm = hardware.vllm
    of_what = "GB" if memory_gb is None else f"of {memory_gb:g} GB"
    if vllm is not None and vllm.mode == "colocate" and memory_gb is None:
        of_what += f" beside vLLM's {vllm.gpu_memory_utilization:.0%} of the GPU"
    memory = memory_of(settings)
    if memory.resident == memory.generation:
        yield "memory a GPU", f"about {_gb(memory.training)} {of_what} = {_parts(memory, 'vLLM')}"
    else:
        parts = _parts(memory, "vLLM asleep")
        yield "memory a GPU", f"about {_gb(memory.training)} {of_what} to train = {parts}"
        yield "", f"about {_gb(memory.generating)} {of_what} to generate = {_awake(memory, vllm)}"
    if vllm is not None and memory_gb is not None:
        cache = cache_of(settings.model.architecture, vllm, memory_gb, hardware.dtype)
        held, tokens = max(cache.tokens, 0) // full_length(settings), full_length(settings)
        place = "on GPUs of its own" if vllm.mode == "server" else "beside training"
        yield (
            "vLLM",
            f"{place}, {_gb(max(cache.size_bytes, 0))} GB of keys and values a copy: "
            f"{held} sequences of {tokens} tokens at once",
        )


def _awake(memory: GpuMemory, vllm: VllmConfig | None) -> str:
    what = "keys and values" if vllm is None else "vLLM"
    return (
        f"weights and what stays with them {_gb(memory.idle)}, {what} {_gb(memory.generation)}, "
        f"CUDA {_gb(memory.context)}"
    )


def _parts(memory: GpuMemory, vllm: str) -> str:
    states, activations = memory.states, memory.activations
    parts = {
        "weights": states.weights,
        "gradients": states.gradients,
        "AdamW": states.optimizer,
        "buffers": states.buffers,
        "reference model": states.reference,
        "kept activations": activations.kept,
        vllm: memory.resident,
        "CUDA": memory.context,
    }
    shown = [f"{name} {_gb(size)}" for name, size in parts.items() if size]
    work = f"the larger of a layer {_gb(activations.layer)} and the loss {_gb(activations.loss)}"
    return f"{', '.join(shown)}, {work}"


def _gb(size_bytes: float) -> str:
    return f"{size_bytes / GB:.1f}"
