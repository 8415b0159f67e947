"""What is measured of a model on four-tier suites: all that its outcomes hang on."""

from dataclasses import asdict
from typing import Any, Literal

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from tarot.config.sampling import SamplingSettings, sampling_settings
from tarot.config.schema import (
    GradingConfig,
    HardwareConfig,
    ModelConfig,
    Node,
    PromptConfig,
    RunConfig,
)
from tarot.config.strict import Strict

SplitName = Literal["train", "dev", "test", "unseen"]


class SamplingOverrides(Strict):
    """Fields of SamplingSettings that are to differ; None is as it was."""

    temperature: NonNegativeFloat | None = None
    top_p: PositiveFloat | None = None
    top_k: NonNegativeInt | None = None
    min_p: NonNegativeFloat | None = None
    repetition_penalty: PositiveFloat | None = None
    max_new_tokens: PositiveInt | None = None
    batch_size: PositiveInt | None = None


class TiersTask(Strict):
    """The first `problems` of a split, None for all, and how they are put and judged.

    Each is answered `samples` times.
    """

    data: Node
    split: SplitName
    problems: PositiveInt | None
    samples: PositiveInt
    seed: NonNegativeInt
    prompt: PromptConfig
    sampling: SamplingSettings
    grading: GradingConfig

    def described(self) -> dict[str, Any]:
        """The settings as JSON, but for the data, of which only the content matters."""
        grading = self.grading.model_dump(mode="json", exclude={"max_unjudged_share"})
        return {
            "split": self.split,
            "problems": self.problems,
            "samples": self.samples,
            "seed": self.seed,
            "prompt": self.prompt.model_dump(mode="json"),
            "sampling": asdict(self.sampling),
            "grading": grading,
        }


class TiersJob(Strict):
    """A task of one model on one machine; `checkpoint` is a folder, or None for the model's own.

    With `vllm` in `hardware` that draws, on one device.
    """

    task: TiersTask
    model: ModelConfig
    checkpoint: str | None
    hardware: HardwareConfig
    sandbox: Node


def tiers_task(run: RunConfig, split: SplitName | None) -> TiersTask:
    """As a run measures its model before and after training, on a split or on its own first one."""
    evaluation = run.evaluation
    chosen = split or evaluation.split
    return TiersTask(
        data=run.data,
        split=chosen,
        problems=evaluation.unseen_problems if chosen == "unseen" else evaluation.problems,
        samples=evaluation.samples,
        seed=run.seed,
        prompt=run.prompt,
        sampling=sampling_settings(run),
        grading=run.grading,
    )
