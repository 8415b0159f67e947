"""The prompts: files beside this one, filled in, and known by a hash of what they hold."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template

_FOLDER = Path(__file__).with_name("prompts")
_HASH_LENGTH = 16


def fill(name: str, values: Mapping[str, object]) -> str:
    """The text of a prompt's file with every `${name}` replaced; KeyError for one without value."""
    return Template(_read(name)).substitute(values)


def names() -> list[str]:
    """The prompts that there are, by the names of their files."""
    return sorted(path.stem for path in _FOLDER.glob("*.md"))


def prompt_hash(*settings: object) -> str:
    """Sixteen hex digits of all files, and of the settings that are written into them."""
    digest = hashlib.sha256(repr(settings).encode())
    for name in names():
        digest.update(f"\0{name}\0{_read(name)}".encode())
    return digest.hexdigest()[:_HASH_LENGTH]


@cache
def _read(name: str) -> str:
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")
