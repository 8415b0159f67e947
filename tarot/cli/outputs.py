"""Where a verb's results go, looked at before there are any, so that none is lost."""

from pathlib import Path

from tarot.types import UserError


def check_output(key: str, path: str | None) -> None:
    """UserError that names the key unless a file can stand at `path`; None is no file."""
    if path is None:
        return
    if Path(path).is_dir():
        raise UserError(f"{key}: {path}: a folder; name a file")
    if not Path(path).parent.is_dir():
        raise UserError(f"{key}: {path}: its folder does not exist; make it or name another")
