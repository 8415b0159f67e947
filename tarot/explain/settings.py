"""What of a run's config decides how its figures are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tarot.config.trainer_fields import default_of
from tarot.explain.thresholds import GREEDY_TEMPERATURE
from tarot.types import CODE


@dataclass(frozen=True, slots=True)
class RunSettings:
    """A run's resolved config, as `config.json` has it."""

    config: Mapping[str, Any]

    def trainer(self, name: str) -> Any:
        """A field of the trainer, TRL's default where the run sets none."""
        given = self.config["trainer"].get(name)
        return default_of(name) if given is None else given

    def sampling(self, name: str) -> float:
        """As completions are generated, of which `generation_kwargs` has the last word."""
        own = self.trainer("generation_kwargs") or {}
        own = json.loads(own) if isinstance(own, str) else own
        return float(own.get(name, self.trainer(name)))

    @property
    def is_greedy(self) -> bool:
        """Whether sampling hardly draws anything but the likeliest token."""
        return self.sampling("temperature") <= GREEDY_TEMPERATURE or self.sampling("top_k") == 1

    @property
    def parts(self) -> Mapping[str, float]:
        """The weight of each part of the reward; of one that has none to set, the whole."""
        reward = self.config["reward"]
        parts: Mapping[str, float] | None = reward.get("reward", reward).get("parts")
        return parts or {CODE: 1.0}

    @property
    def format_pattern(self) -> str | None:
        """What a completion in form matches, None where the prompt asks for no form."""
        pattern: str | None = self.config["prompt"]["format_pattern"]
        return pattern

    @property
    def num_trained(self) -> float:
        """Weights that are trained; of adapters about a hundredth of the model's."""
        number = float(self.config["model"]["architecture"]["parameters"])
        return number / 100 if self.config["lora"] else number
