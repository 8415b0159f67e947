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


def check_folder(key: str, path: str | None) -> None:
    """UserError that names the key unless a folder is, or can be made, at `path`; None is none."""
    if path is None or Path(path).is_dir():
        return
    if Path(path).exists():
        raise UserError(f"{key}: {path}: not a folder; name one")
    if not Path(path).parent.is_dir():
        raise UserError(f"{key}: {path}: its folder does not exist; make it or name another")
