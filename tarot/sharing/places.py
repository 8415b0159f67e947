"""Paths of this machine in the files of a run, taken out of them.

What lies below a known folder (where the run lies, the current folder, the project, the home) is
named from there, and any other absolute path by its last part. Paths that every Linux has, such as
/usr/bin, stay. In a longer text `words` takes out every path, and `value` those below the known
folders alone, since a prompt may speak of paths without meaning one of this machine.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarot.runs.environment import PROJECT

_OF_ALL = "bin|dev|etc|lib|lib64|proc|sbin|sys|usr/(?:bin|lib|lib64|sbin|share)"
_PART = r"[^\s/\"'`:;,|&<>()\[\]{}=]+"
_ABSOLUTE = re.compile(rf"(?<![\w.~<>/:\\-])/(?!(?:{_OF_ALL})(?:/|\b))(?:{_PART}/)+(?:{_PART})?")

Rewrite = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Places:
    """The known folders of this machine, each with what stands for it, the innermost first."""

    roots: tuple[tuple[str, str], ...]

    @classmethod
    def around(cls, folder: Path) -> "Places":
        """Those known of a run or a sweep in `folder`."""
        found = {str(Path.home()): "~", str(PROJECT): ".", str(Path.cwd()): "."}
        found[str(folder.resolve().parent)] = "."
        roots = sorted(found.items(), key=lambda item: -len(item[0]))
        return cls(tuple((root, name) for root, name in roots if len(Path(root).parts) > 1))

    def known(self, text: str) -> str:
        """The text with what lies below known folders named from there."""
        for root, name in self.roots:
            below = rf"(?<![\w.~-]){re.escape(root)}(?:/|(?=[\s\"'`:;,]|$))"
            text = re.sub(below, f"{name}/", text)
        return text

    def value(self, text: str) -> str:
        """A text that may be a path as a whole."""
        text = self.known(text)
        return _last_part(text) if _ABSOLUTE.fullmatch(text) else text

    def words(self, text: str) -> str:
        """A text, such as a command or an error, that may have paths in it."""
        return _ABSOLUTE.sub(lambda found: _last_part(found[0]), self.known(text))


def rewritten(value: Any, rewrite: Rewrite) -> Any:
    """Plain data with each of its texts, but for keys, as `rewrite` gives it."""
    if isinstance(value, str):
        return rewrite(value)
    if isinstance(value, Mapping):
        return {key: rewritten(inner, rewrite) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rewritten(inner, rewrite) for inner in value]
    return value


def _last_part(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
