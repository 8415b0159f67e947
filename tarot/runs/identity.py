"""Which settings make a run the run that it is, by the classes of their keys.

The sha covers what is of class identity, the data by its fingerprint, and what was planned of the
length and the evaluation, so that runs that were planned otherwise lie beside each other.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tarot.config.key_classes import ADDED, KeyClass, class_of, is_hashed, is_mixed

SHA_LENGTH = 8
SEED_KEYS = ("seed", "reward.seed")
"""What is other for another seed of the same method."""
DATA = "data"
# Of the trainer, runs of before the classes hashed everything but this.
_FORMERLY_RECORDED = re.compile(
    r"trainer\.(output_dir|run_name|project|report_to|disable_tqdm|resume_from_checkpoint|"
    r"push_to_hub|num_completions_to_print|(logging|log|save|hub|trackio)_\w+)"
)
_SHOWN_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """A dotted key and its values in two settings; None is what is not there, too."""

    key: str
    old: Any
    new: Any

    def __str__(self) -> str:
        """As a line shows it."""
        return f"{self.key} ({_shown(self.old)} there, {_shown(self.new)} here)"

    @property
    def as_change(self) -> str:
        """From the old to the new, with the class of the key."""
        return f"{self.key} {_shown(self.old)} -> {_shown(self.new)} ({class_of(self.key)})"


def config_sha(config: Mapping[str, Any], data_fingerprint: str) -> str:
    """Eight hex digits that two configs share exactly if they describe the same run."""
    return _sha(hashed_settings(config, data_fingerprint))


def former_sha(config: Mapping[str, Any], data_fingerprint: str) -> str:
    """The sha that the run of a config has if it was made before keys had classes."""
    return _sha(_part_of(config, data_fingerprint, _was_hashed))


def hashed_settings(config: Mapping[str, Any], data_fingerprint: str) -> dict[str, Any]:
    """The part of a config that its sha covers, with the data's fingerprint under `data`."""
    return _part_of(config, data_fingerprint, is_hashed)


def identity_differences(
    theirs: tuple[Mapping[str, Any], str], ours: tuple[Mapping[str, Any], str]
) -> list[Difference]:
    """Where two configs, each with its data's fingerprint, are of different runs.

    A key that is null is one that is not there. Over which lengths a schedule runs is left to
    who knows what was planned.
    """
    parts = [_part_of(config, data, _is_identity) for config, data in (theirs, ours)]
    found = differences(parts[0], parts[1])
    return [one for one in found if (one.old, one.new) != (None, None)]


def differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Difference]:
    """Where two settings differ, by key; lists are compared as a whole."""
    return sorted(_differences(a, b), key=lambda one: one.key)


def differing_keys(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """The dotted keys at which two settings differ, sorted; lists are compared as a whole."""
    return [one.key for one in differences(a, b)]


def _differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Difference]:
    for key in a.keys() | b.keys():
        left, right = a.get(key), b.get(key)
        if isinstance(left, Mapping) and isinstance(right, Mapping):
            for inner in _differences(left, right):
                yield Difference(f"{key}.{inner.key}", inner.old, inner.new)
        elif (key in a) != (key in b) or _canonical(left) != _canonical(right):
            yield Difference(key, left, right)


def _part_of(
    config: Mapping[str, Any], data_fingerprint: str, is_wanted: Callable[[str], bool]
) -> dict[str, Any]:
    whole = {**config, DATA: data_fingerprint}
    return dict(_wanted(whole, "", is_wanted))


def _wanted(
    node: Mapping[str, Any], prefix: str, is_wanted: Callable[[str], bool]
) -> Iterator[tuple[str, Any]]:
    for name, value in node.items():
        key = f"{prefix}{name}"
        if is_mixed(key) and isinstance(value, Mapping):
            value = dict(_wanted(value, f"{key}.", is_wanted))
        elif not is_wanted(key):
            continue
        if key not in ADDED or value not in (ADDED[key], {}):
            yield name, value


def _is_identity(key: str) -> bool:
    return class_of(key) is KeyClass.IDENTITY and not key.startswith("schedule.")


def _was_hashed(key: str) -> bool:
    is_former = key.startswith("trainer.") and not _FORMERLY_RECORDED.fullmatch(key)
    return is_former or is_hashed(key)


def _sha(settings: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(settings).encode()).hexdigest()[:SHA_LENGTH]


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def _canonical(value: object) -> str:
    return json.dumps(_same_numbers(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _same_numbers(value: object) -> object:
    """1.0 as 1: a whole number means the same with and without its point."""
    if isinstance(value, Mapping):
        return {str(key): _same_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_same_numbers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
