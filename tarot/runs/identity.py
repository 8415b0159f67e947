"""Which settings make a run the run that it is.

Everything in a config is hashed but what is listed here as recorded only, so a setting that is
added later counts until someone says otherwise. Hashed are thus the model, the prompt, the
curriculum, the reward, the grading, the batch, the seed, the evaluation, the data by its
fingerprint, and the trainer but for its output, logging and saving.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

RECORDED_ONLY = frozenset(
    {
        *("name", "runs_dir", "run_dir", "sweeps_dir", "dry_run"),
        *("data", "sandbox", "launcher", "tracker", "rates", "hub"),
    }
)
# It refuses what can't work, and changes nothing of what can.
RECORDED_ARCHITECTURE = frozenset({"context_length"})
# Number formats change the arithmetic; how the same batch is spread over devices does not.
HASHED_HARDWARE = frozenset({"dtype", "autocast"})
RECORDED_TRAINER = frozenset(
    {
        "output_dir",
        "run_name",
        "project",
        "report_to",
        "disable_tqdm",
        "resume_from_checkpoint",
        "push_to_hub",
        "num_completions_to_print",
    }
)
RECORDED_TRAINER_PREFIXES = ("logging_", "log_", "save_", "hub_", "trackio_")
SHA_LENGTH = 8


def config_sha(config: Mapping[str, Any], data_fingerprint: str) -> str:
    """Eight hex digits that two configs share exactly if they describe the same run."""
    canonical = _canonical(hashed_settings(config, data_fingerprint))
    return hashlib.sha256(canonical.encode()).hexdigest()[:SHA_LENGTH]


def hashed_settings(config: Mapping[str, Any], data_fingerprint: str) -> dict[str, Any]:
    """The part of a config that its sha covers, with the data's fingerprint under `data`."""
    hashed = {key: value for key, value in config.items() if key not in RECORDED_ONLY}
    hardware = config.get("hardware") or {}
    trainer = config.get("trainer") or {}
    if "architecture" in (config.get("model") or {}):
        hashed["model"] = _hashed_model(config["model"])
    hashed["hardware"] = {key: hardware[key] for key in hardware if key in HASHED_HARDWARE}
    hashed["trainer"] = {key: trainer[key] for key in trainer if not _is_recorded_trainer(key)}
    hashed["data"] = data_fingerprint
    return hashed


def differing_keys(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """The dotted keys at which two settings differ, sorted; lists are compared as a whole."""
    found: list[str] = []
    for key in sorted(a.keys() | b.keys()):
        left, right = a.get(key), b.get(key)
        if isinstance(left, Mapping) and isinstance(right, Mapping):
            found += [f"{key}.{inner}" for inner in differing_keys(left, right)]
        elif (key in a) != (key in b) or _canonical(left) != _canonical(right):
            found.append(key)
    return found


def _hashed_model(model: Mapping[str, Any]) -> dict[str, Any]:
    shape = model["architecture"]
    kept = {key: shape[key] for key in shape if key not in RECORDED_ARCHITECTURE}
    return {**model, "architecture": kept}


def _is_recorded_trainer(field: str) -> bool:
    return field in RECORDED_TRAINER or field.startswith(RECORDED_TRAINER_PREFIXES)


def _canonical(value: object) -> str:
    return json.dumps(_same_numbers(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _same_numbers(value: object) -> object:
    """1.0 as 1: a whole number means the same with and without its point."""
    if isinstance(value, Mapping):
        return {str(key): _same_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_same_numbers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
