"""How much a run generates, executes and trains on, and the time and cost of it at given rates.

Operations are counted as in Kaplan et al., "Scaling Laws for Neural Language Models" (2020),
section 2.1: 2 a parameter and token forwards, plus 4 x layers x width x context for attention
(Chowdhery et al., "PaLM" (2022), appendix B), and twice that backwards. GRPO's steps alone are
timed: neither loading, cold start, probe, evaluations and checkpoints, nor waiting.
"""

from dataclasses import dataclass

from tarot.config.batches import plan_batches
from tarot.config.schema import RunConfig
from tarot.plan.fitting import completion_limit, has_reference

# Of the peak, where no rate is given; an assumption.
_GENERATION_UTILIZATION = 0.1
_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Step:
    """One optimizer update: completions, up to so many generated, and tokens of both."""

    completions: int
    generated: int
    generated_tokens: int
    trained_tokens: int


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds of one step, in the order in which they pass; `programs` is None where unknown."""

    generation: float
    programs: float | None
    training: float

    @property
    def total(self) -> float:
        """All of it, but for what is unknown."""
        return self.generation + (self.programs or 0.0) + self.training


def count_step(config: RunConfig) -> Step:
    """Completions and tokens of one step, at the mean lengths of `rates` or else the longest."""
    completions = plan_batches(config).completions_per_step
    batches = config.dynamic_sampling.max_batches if config.dynamic_sampling else 1
    completion = config.rates.completion_tokens or completion_limit(config)
    return Step(
        completions=completions,
        generated=completions * batches,
        generated_tokens=completions * batches * completion,
        trained_tokens=completions * (_prompt_tokens(config) + completion),
    )


def time_step(config: RunConfig, tests_per_problem: float | None) -> Duration:
    """How long one step takes on the GPUs of `config.hardware`."""
    step, rates, hardware = count_step(config), config.rates, config.hardware
    generating = generating_gpus(config)
    speed = rates.peak_tflops * 1e12 * rates.training_utilization * hardware.processes
    programs = None
    if tests_per_problem is not None:
        programs = step.generated * tests_per_problem / rates.programs_per_s
    return Duration(
        generation=step.generated_tokens / (generated_tokens_per_s(config) * generating),
        programs=programs,
        training=step.trained_tokens * operations_per_token(config) / speed,
    )


def generating_gpus(config: RunConfig) -> int:
    """GPUs that generate: the server's, or those that train."""
    vllm = config.hardware.vllm
    return vllm.gpus if vllm is not None and vllm.mode == "server" else config.hardware.processes


def generated_tokens_per_s(config: RunConfig) -> float:
    """Tokens that one GPU generates in a second."""
    rates = config.rates
    if rates.generated_tokens_per_s is not None:
        return rates.generated_tokens_per_s
    operations = 2 * config.model.architecture.parameters
    return rates.peak_tflops * 1e12 * _GENERATION_UTILIZATION / operations


def operations_per_token(config: RunConfig) -> float:
    """Floating-point operations to train on one token."""
    shape = config.model.architecture
    length = _prompt_tokens(config) + (config.rates.completion_tokens or completion_limit(config))
    width = shape.heads * shape.head_dim
    forward = 2 * shape.parameters + 4 * shape.layers * width * length
    return forward * _passes(config)


def cost_usd(config: RunConfig, seconds: float) -> float:
    """Of all GPUs of all machines, whether they are busy or wait."""
    gpus = config.hardware.gpus * config.hardware.nodes
    return gpus * seconds / _SECONDS_PER_HOUR * config.rates.usd_per_gpu_hour


def _passes(config: RunConfig) -> int:
    """Forward passes, or as much work: the backward pass is two, or one for frozen weights.

    Gradient checkpointing repeats one. vLLM's completions are weighed by what the model itself
    gives them, and those of a reference by what that gives, each of which takes one more.
    """
    updates = int(config.trainer.get("num_iterations", 1))
    corrected = config.trainer.get("vllm_importance_sampling_correction", True)
    once = (config.hardware.vllm is not None and corrected) + has_reference(config)
    backward = 2 if config.lora is None else 1
    return updates * (1 + backward + config.hardware.gradient_checkpointing) + int(once)


def _prompt_tokens(config: RunConfig) -> int:
    return config.rates.prompt_tokens or config.max_prompt_tokens
