"""Where a probe lies: a folder in the user's cache, found by all that its outcomes hang on.

So runs share a probe that differ in what comes after it: in their seed, curriculum or trainer.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from tarot.capability import ProblemOutcomes, read_outcomes
from tarot.config.model_source import local_weights
from tarot.config.sampling import sampling_settings
from tarot.config.schema import RunConfig
from tarot.probe.parts import Parts
from tarot.runs import RunDirectory
from tarot.runs.cache import cache_folder
from tarot.runs.child import child_of
from tarot.runs.preparation import write_config
from tarot.types import Run

# How many completions are drawn, judged and kept at once: what an interruption costs at most.
COMPLETIONS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Probe:
    """The files of one probe: the config that it was made for, and the outcomes as they come."""

    directory: RunDirectory

    @classmethod
    def of(cls, config: RunConfig, data_fingerprint: str) -> Self:
        """The probe of a run, whether it has been made or not."""
        text = json.dumps(_description(config, data_fingerprint), sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return cls(RunDirectory(cache_folder() / "probes" / digest))

    @property
    def parts(self) -> Parts:
        """The outcomes as they come."""
        return Parts(self.directory.outcomes_path, "probe")

    @property
    def path(self) -> Path:
        """The outcomes of all problems; the probe is finished when this file is there."""
        return self.parts.path

    @property
    def child(self) -> Run:
        """What makes the probe."""
        return child_of(self.directory.path, "tarot.training.probing")

    def prepare(self, config: Mapping[str, Any], data_fingerprint: str) -> None:
        """Make the folder, with the config for the one process that measures.

        With vLLM it draws the completions itself, so that no launcher has to start a server.
        """
        self.directory.path.mkdir(parents=True, exist_ok=True)
        hardware = {**config["hardware"], "nodes": 1, "processes": 1, "sharding": None}
        if hardware["vllm"] is not None:
            hardware["vllm"] = {**hardware["vllm"], "mode": "colocate", "gpus": 0}
        write_config(self.directory, {**config, "hardware": hardware}, data_fingerprint)

    def outcomes(self) -> tuple[ProblemOutcomes, ...]:
        """The outcomes of a finished probe, in the order of the problems."""
        return read_outcomes(self.path.read_bytes())


def num_samples(config: RunConfig) -> int:
    """Completions of each problem: as configured, or two groups' worth."""
    return config.probe.samples or 2 * config.num_generations


def num_problems(config: RunConfig) -> int | None:
    """How many training problems are measured, None for all: a filter has to know each."""
    return None if config.filter else config.probe.problems


def _arithmetic(config: RunConfig) -> list[str | None]:
    formats: list[str | None] = [config.hardware.dtype, config.hardware.autocast]
    return [*formats, config.quantization] if config.quantization else formats


def _description(config: RunConfig, data_fingerprint: str) -> dict[str, Any]:
    sampling = asdict(sampling_settings(config))
    del sampling["batch_size"]
    return {
        "model": config.model.model_dump(mode="json"),
        "weights": local_weights(config.model),
        "cold_start": config.cold_start and config.cold_start.model_dump(mode="json"),
        "arithmetic": _arithmetic(config),
        "prompt": config.prompt.model_dump(mode="json"),
        "max_prompt_tokens": config.max_prompt_tokens,
        "data": data_fingerprint,
        "sampling": sampling,
        "grading": config.grading.model_dump(mode="json", exclude={"max_unjudged_share"}),
        "problems": num_problems(config),
        "samples": num_samples(config),
        "seed": config.probe.seed,
    }
