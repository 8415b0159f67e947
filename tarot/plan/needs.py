"""What a run takes of a GPU, from its config."""

from tarot.config.batches import plan_batches
from tarot.config.sampling import completion_limit
from tarot.config.schema import RunConfig
from tarot.plan.activations import Sequences
from tarot.plan.memory import CONTEXT_BYTES, Generated, GpuMemory, cache_bytes, gpu_memory
from tarot.plan.states import model_states

GB = 1e9


def full_length(config: RunConfig) -> int:
    """Tokens of the longest prompt with the longest completion."""
    return config.max_prompt_tokens + completion_limit(config)


def has_reference(config: RunConfig) -> bool:
    """Whether the untrained model is asked for a KL term; beside adapters it is there anyhow."""
    return float(config.trainer.get("beta", 0)) != 0


def memory_of(config: RunConfig) -> GpuMemory:
    """What a GPU that trains holds at the peak."""
    number, batches = config.hardware.per_device_batch_size, plan_batches(config)
    passes = batches.passes_per_generation
    generated = Generated(
        number=number * passes,
        within_update=passes * batches.iterations % batches.accumulation_steps != 0,
    )
    return gpu_memory(
        config.model.architecture,
        config.hardware,
        Sequences(number, config.max_prompt_tokens, completion_limit(config)),
        has_reference(config),
        config.lora,
        generated,
    )


def fits(config: RunConfig) -> bool:
    """Whether the memory of a GPU, where it is told, holds what training takes."""
    return memory_of(config).total <= (config.hardware.gpu_memory_gb or 0) * GB


def measuring_bytes(config: RunConfig) -> float:
    """What a GPU holds that measures the model before training, with transformers.

    Its weights are whole on each, and so many completions are drawn at once as the evaluation says.
    """
    shape, evaluation = config.model.architecture, config.evaluation
    whole = config.hardware.model_copy(update={"sharding": None, "processes": 1})
    weights = model_states(shape, whole, has_reference=False, lora=config.lora).weights
    most = evaluation.samples * max(evaluation.problems, evaluation.unseen_problems)
    number = min(evaluation.batch_size, most)
    return weights + cache_bytes(shape, whole, number * full_length(config)) + CONTEXT_BYTES


def evaluating_bytes(config: RunConfig) -> float:
    """What a GPU holds that evaluates with transformers between two steps; 0 where none does.

    What is trained stays there, but for gradients that nobody shares.
    """
    hardware, settings = config.hardware, config.eval
    if hardware.vllm is not None or settings is None or settings.every is None:
        return 0.0
    states = memory_of(config).states
    held = states.total - (states.gradients if hardware.sharding is None else 0)
    at_once = max(1, config.evaluation.batch_size // settings.samples)
    number = settings.samples * min(settings.problems, at_once)
    tokens = number * full_length(config)
    return held + cache_bytes(config.model.architecture, hardware, tokens) + CONTEXT_BYTES
