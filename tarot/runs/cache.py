"""The project's folder among the user's caches: what runs make once and share."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def cache_folder() -> Path:
    """The project's cache: `$TAROT_CACHE`, else `tarot` under `$XDG_CACHE_HOME` or `~/.cache`."""
    if named := os.environ.get("TAROT_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tarot"


def build_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """`folder`, filled by `build` unless it is there; a torn build leaves nothing behind."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as making:
        build(Path(making) / "content")
        try:
            os.rename(Path(making) / "content", folder)
        except OSError:
            if not folder.is_dir():
                raise
    return folder
