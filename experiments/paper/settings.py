"""The settings of training that the ablations vary, and what the main table holds them at."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from tarot.config.trainer_fields import default_of

_TRAINER_FIELDS = {"beta": "beta", "temperature": "temperature", "epochs": "num_train_epochs"}


@dataclass(frozen=True, slots=True)
class Setting:
    """KL coefficient, sampling temperature and epochs; the defaults are the published ones."""

    beta: float = 0.01
    temperature: float = 1.0
    epochs: float = 1.0

    def but(self, axis: str | None) -> dict[str, float]:
        """The values by name, without that of an axis."""
        return {name: getattr(self, name) for name in AXES if name != axis}

    def __str__(self) -> str:
        """As the arguments that stand for it."""
        return " ".join(f"{name}={getattr(self, name):g}" for name in AXES)


PUBLISHED = Setting()
AXES = tuple(field.name for field in fields(Setting))


def setting_of(trainer: Mapping[str, Any]) -> Setting:
    """What a config's `trainer` comes to, TRL's defaults included."""
    values = {
        name: float(trainer.get(field, _default(field))) for name, field in _TRAINER_FIELDS.items()
    }
    return Setting(**values)


def trainer_key(axis: str) -> str:
    """The key of a config's `trainer` that holds an axis."""
    return _TRAINER_FIELDS[axis]


@cache
def _default(field: str) -> Any:
    return default_of(field)
