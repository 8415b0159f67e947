"""Finding or making the directory of a config's run, before anything of the run starts."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarot.runs.directory import DirectoryState, RunDirectory
from tarot.runs.environment import environment
from tarot.runs.files import TEMPORARY_SUFFIX, read_json, write_json
from tarot.runs.identity import config_sha, differing_keys, hashed_settings
from tarot.types import UserError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def locate(config: Mapping[str, Any], data_fingerprint: str) -> Path:
    """Where the run of a config lies or would lie; UserError for a name that can't be a path."""
    if config.get("run_dir"):
        path = Path(config["run_dir"])
        key = "run_dir"
    else:
        if not NAME.fullmatch(config["name"]):
            raise UserError(
                f"name: {config['name']!r} has more than letters, digits, '.', '_', '-'"
            )
        path = Path(config["runs_dir"]) / f"{config['name']}-{config_sha(config, data_fingerprint)}"
        key = "runs_dir"
    if "=" in str(path):
        raise UserError(f"{key}: {path} contains '=', which overrides can't quote; choose another")
    return path


def prepare(config: Mapping[str, Any], data_fingerprint: str) -> RunDirectory:
    """The directory of a config's run, made or found, with `config.json` written.

    A finished run is left as it is. UserError if the directory can't be made or holds another run
    or other files, or if another process is in it.
    """
    directory = RunDirectory(locate(config, data_fingerprint))
    _refuse_another(directory, config, data_fingerprint)
    if directory.state is not DirectoryState.FINISHED:
        _make(directory.path, "run_dir" if config.get("run_dir") else "runs_dir")
        with directory.lock():
            write_config(directory, config, data_fingerprint)
    return directory


def _make(folder: Path, key: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise UserError(f"{key}: {folder}: {error.strerror}; name another directory") from error


def _refuse_another(
    directory: RunDirectory, config: Mapping[str, Any], data_fingerprint: str
) -> None:
    if directory.config_path.exists():
        theirs = hashed_settings(directory.config(), directory.data_fingerprint())
        keys = differing_keys(theirs, hashed_settings(config, data_fingerprint))
        if keys:
            raise UserError(
                f"run_dir: {directory.path} holds another run, which differs in "
                f"{', '.join(keys)}; name another directory"
            )
    elif directory.path.exists() and not _is_ours(directory):
        raise UserError(
            f"run_dir: {directory.path} is not empty and holds no run; name another directory"
        )


def _is_ours(directory: RunDirectory) -> bool:
    """Whether nothing is there but what an interrupted `prepare` leaves."""
    left = {"lock", directory.identity_path.name, directory.environment_path.name}
    names = {path.name.removesuffix(TEMPORARY_SUFFIX) for path in directory.path.iterdir()}
    return names <= left | {directory.config_path.name}


def write_config(directory: RunDirectory, config: Mapping[str, Any], data_fingerprint: str) -> None:
    """Write what a child needs; `config.json` last: with it there, everything else is."""
    sha = config_sha(config, data_fingerprint)
    write_json(directory.identity_path, {"sha": sha, "data_fingerprint": data_fingerprint})
    known = read_json(directory.environment_path) if directory.environment_path.exists() else []
    current = environment()
    if not known or known[-1] != current:
        write_json(directory.environment_path, [*known, current])
    write_json(directory.config_path, config)
