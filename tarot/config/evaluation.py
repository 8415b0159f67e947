"""The resolved config of an evaluation."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from tarot.config.schema import (
    GradingConfig,
    HardwareConfig,
    ModelConfig,
    Node,
    PromptConfig,
)
from tarot.config.steps import Step
from tarot.config.strict import Strict


class EvalchemyConfig(Strict):
    """Where Evalchemy is and how it reaches the model.

    A server is `base_url`'s, or one that `server_python` starts, at `python` where that is None.
    `data` is a folder with data sets of the hub, by their ids.
    """

    root: str
    python: str
    commit: str = Field(pattern=r"^[0-9a-f]{7,40}$")
    backend: Literal["vllm", "hf", "openai-chat-completions"]
    base_url: str | None
    served_model: str | None
    server_python: str | None
    server_start_s: PositiveFloat
    gpu_memory_utilization: float = Field(gt=0, le=1)
    num_concurrent: PositiveInt
    batch_size: PositiveInt | Literal["auto"]
    data: str | None


class EvaluateConfig(Strict):
    """What is evaluated, on which benchmarks, and where the scores go.

    `model` is what a run's config says where `checkpoint` is of a run. `benchmark` holds a node
    with `_target_` for each, and `step` chooses among a run's checkpoints: the number of one, or
    the best of its evaluations. Of our own benchmark are `data`, `prompt` and `grading`, None for
    the run's, and `sandbox`.
    """

    model: ModelConfig | None = None
    checkpoint: str | None
    step: Step
    benchmark: dict[str, Node] = Field(min_length=1)
    hardware: HardwareConfig
    data: Node | None = None
    prompt: PromptConfig | None = None
    grading: GradingConfig | None = None
    sandbox: Node
    evalchemy: EvalchemyConfig
    context_length: PositiveInt | None
    seed: NonNegativeInt
    debug: bool
    evaluations_dir: str
    dry_run: bool
