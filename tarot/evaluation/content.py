"""The hash of the weights in a folder, by which their scores are found again.

It covers what loading reads: weights, tokenizer and configs. It does not cover what a trainer
needs besides to go on, nor which file of several a loader prefers.
"""

import hashlib
from pathlib import Path

_SUFFIXES = frozenset({".safetensors", ".bin", ".json", ".jinja", ".model", ".txt"})
_OF_TRAINER = frozenset({"trainer_state.json", "training_args.bin"})


def content_sha256(folder: Path) -> str:
    """The hash of names and contents of all files that loading may read."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix in _SUFFIXES and path.name not in _OF_TRAINER:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{path.name}\0{content}\n".encode())
    return digest.hexdigest()
