"""How much a run generates, executes and trains on, and the time and cost of it at given rates.

Operations are counted as in Kaplan et al., "Scaling Laws for Neural Language Models" (2020),
section 2.1: 2 a parameter and token forwards, of experts those that a token goes through, plus
4 x layers x width x context for attention (Chowdhery et al., "PaLM" (2022), appendix B), and twice
that backwards. GRPO's steps alone are timed: neither loading, cold start, probe, evaluations and
checkpoints, nor waiting.
"""

from dataclasses import dataclass

from tarot.config.batches import plan_batches
from tarot.config.sampling import completion_limit
from tarot.config.schema import RunConfig
from tarot.plan.needs import has_reference

# Of the peak, where no rate is given; an assumption.
_GENERATION_UTILIZATION = 0.1
_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Step:
    """One optimizer update: completions, and tokens with those of their prompts.

    What is `generated`, at most and on average, has tokens of its own, and is `weighed` once.
    """

    completions: int
    generated: float
    generated_tokens: float
    weighed_tokens: float
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
    batches, dynamic = plan_batches(config), config.dynamic_sampling
    completions = batches.completions_per_step
    generated = completions * (dynamic.max_batches if dynamic else 1) / batches.iterations
    completion = config.rates.completion_tokens or completion_limit(config)
    both = _prompt_tokens(config) + completion
    return Step(
        completions=completions,
        generated=generated,
        generated_tokens=generated * completion,
        weighed_tokens=generated * both,
        trained_tokens=completions * both,
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
        training=operations_per_step(config) / speed,
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
    operations = 2 * config.model.architecture.active_parameters
    return rates.peak_tflops * 1e12 * _GENERATION_UTILIZATION / operations


def operations_per_step(config: RunConfig) -> float:
    """Floating-point operations of one optimizer update."""
    shape, step = config.model.architecture, count_step(config)
    length = _prompt_tokens(config) + (config.rates.completion_tokens or completion_limit(config))
    width = shape.heads * shape.head_dim
    forward = 2 * shape.active_parameters + 4 * shape.layers * width * length
    trained = step.trained_tokens * _training_passes(config)
    return forward * (trained + step.weighed_tokens * _weighing_passes(config))


def cost_usd(config: RunConfig, seconds: float) -> float:
    """Of all GPUs of all machines, whether they are busy or wait."""
    gpus = config.hardware.gpus * config.hardware.nodes
    return gpus * seconds / _SECONDS_PER_HOUR * config.rates.usd_per_gpu_hour


def _training_passes(config: RunConfig) -> int:
    """Forward passes, or as much work: the backward pass is two, or one for frozen weights.

    Gradient checkpointing repeats one.
    """
    backward = 2 if config.lora is None else 1
    return 1 + backward + config.hardware.gradient_checkpointing


def _weighing_passes(config: RunConfig) -> int:
    """Forward passes over what is generated, whether it is trained on or not.

    They are weighed by what the model itself gives them where vLLM generates or updates come before
    all passes are done, and by what a reference gives.
    """
    batches = plan_batches(config)
    passes = batches.passes_per_generation * batches.iterations
    is_corrected = config.trainer.get("vllm_importance_sampling_correction", True)
    is_vllm = config.hardware.vllm is not None and is_corrected
    is_reused = batches.accumulation_steps % passes != 0
    return (is_vllm or is_reused) + has_reference(config)


def _prompt_tokens(config: RunConfig) -> int:
    return config.rates.prompt_tokens or config.max_prompt_tokens
