"""How completions are drawn, in training and wherever a model is measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tarot.config.schema import RunConfig


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """How completions are drawn; `batch_size` counts sequences generated at once.

    `extra` holds further fields of transformers' GenerationConfig.
    """

    temperature: float
    top_p: float
    top_k: int
    max_new_tokens: int
    batch_size: int
    min_p: float | None = None
    repetition_penalty: float = 1.0
    extra: Mapping[str, Any] = field(default_factory=dict)


def sampling_settings(config: RunConfig) -> SamplingSettings:
    """As a run's training draws them; what `trainer` leaves out is at TRL's default."""
    trainer = config.trainer
    return SamplingSettings(
        temperature=float(trainer.get("temperature", 1.0)),
        top_p=float(trainer.get("top_p", 1.0)),
        top_k=int(trainer.get("top_k", 0)),
        max_new_tokens=completion_limit(config),
        batch_size=config.evaluation.batch_size,
        min_p=trainer.get("min_p"),
        repetition_penalty=float(trainer.get("repetition_penalty", 1.0)),
        extra=trainer.get("generation_kwargs") or {},
    )


def completion_limit(config: RunConfig) -> int:
    """Tokens of the longest completion, at TRL's default where `trainer` leaves it out."""
    return int(config.trainer.get("max_completion_length", 512))
