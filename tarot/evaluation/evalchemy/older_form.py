"""A checkpoint in the form that transformers 4 reads, which Evalchemy needs.

transformers 5 writes the base of rotary embeddings, the number format, the tokenizer's class and
special tokens under names that transformers 4 does not know: it would refuse the tokenizer, and
take a default for the base, which changes every answer without a word. The folder made here has
links to the same weights, and configs with both names.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarot.evaluation.scores import FOLDER
from tarot.evaluation.target import Target
from tarot.runs import write_json
from tarot.types import UserError

CONFIG = "config.json"
TOKENIZER = "tokenizer_config.json"
_NEW_CLASS, _OLD_CLASS = "TokenizersBackend", "PreTrainedTokenizerFast"


def older_folder(target: Target) -> Path:
    """Where the checkpoint of a target lies in the older form; itself, where it has that already.

    UserError for a config that the older form can't express.
    """
    checkpoint = target.checkpoint
    assert checkpoint is not None
    configs = {name: _read(checkpoint / name) for name in (CONFIG, TOKENIZER)}
    if _older(checkpoint, configs) == configs:
        return checkpoint.resolve()
    return (target.folder / FOLDER / f"weights-{target.sha256[:8]}").resolve()


def make_older(target: Target) -> Path:
    """That folder, made anew: links to a checkpoint that was moved with it would lead nowhere."""
    checkpoint, folder = target.checkpoint, older_folder(target)
    assert checkpoint is not None
    if folder == checkpoint.resolve():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for path in checkpoint.resolve().iterdir():
        if path.is_file() and path.name not in (CONFIG, TOKENIZER):
            link = folder / path.name
            link.unlink(missing_ok=True)
            link.symlink_to(path)
    configs = {name: _read(checkpoint / name) for name in (CONFIG, TOKENIZER)}
    for name, config in _older(checkpoint, configs).items():
        if config is not None:
            write_json(folder / name, config)
    return folder


def _older(
    checkpoint: Path, configs: Mapping[str, dict[str, Any] | None]
) -> dict[str, dict[str, Any] | None]:
    config, tokenizer = configs[CONFIG], configs[TOKENIZER]
    return {
        CONFIG: None if config is None else _older_config(checkpoint, config),
        TOKENIZER: None if tokenizer is None else _older_tokenizer(tokenizer),
    }


def _older_config(checkpoint: Path, config: dict[str, Any]) -> dict[str, Any]:
    older = dict(config)
    if "dtype" in config:
        older.setdefault("torch_dtype", config["dtype"])
    rope = config.get("rope_parameters")
    if not rope:
        return older
    if any(isinstance(value, Mapping) for value in rope.values()):
        raise UserError(
            f"{checkpoint / CONFIG}: rope_parameters differ by layer, which transformers 4 does "
            "not know; evaluate it by a server of yours, with evalchemy.backend="
            "openai-chat-completions and evalchemy.base_url"
        )
    if "rope_theta" in rope:
        older.setdefault("rope_theta", rope["rope_theta"])
    if rope.get("rope_type", "default") != "default":
        scaling = {key: value for key, value in rope.items() if key != "rope_theta"}
        older.setdefault("rope_scaling", scaling)
    return older


def _older_tokenizer(config: dict[str, Any]) -> dict[str, Any]:
    older = dict(config)
    if config.get("tokenizer_class") == _NEW_CLASS:
        older["tokenizer_class"] = _OLD_CLASS
    if isinstance(config.get("extra_special_tokens"), list):
        older["additional_special_tokens"] = older.pop("extra_special_tokens")
    return older


def _read(path: Path) -> dict[str, Any] | None:
    return dict(json.loads(path.read_bytes())) if path.is_file() else None
