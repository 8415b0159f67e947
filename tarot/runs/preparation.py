"""Finding or making the directory of a config's run, before anything of the run starts."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarot.runs.changes import change_of, record, sha_in
from tarot.runs.directory import DirectoryState, RunDirectory
from tarot.runs.environment import environment
from tarot.runs.files import TEMPORARY_SUFFIX, read_json, write_json
from tarot.runs.identity import config_sha, former_sha
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
        path = _by_sha(config, data_fingerprint)
        key = "runs_dir"
    if "=" in str(path):
        raise UserError(f"{key}: {path} contains '=', which overrides can't quote; choose another")
    return path


def prepare(
    config: Mapping[str, Any], data_fingerprint: str, path: Path | None = None
) -> RunDirectory:
    """The directory of a config's run, made or found, with `config.json` written.

    `config` is as `going_on` gives it for `path`, which is where the run lies if that is None.
    What it has other than before is recorded. A finished run is left as it is, unless another
    length or evaluation gives it something to do. UserError if the directory can't be made or
    holds another run or other files, or if another process is in it.
    """
    directory = RunDirectory(path or locate(config, data_fingerprint))
    change = change_of(config, data_fingerprint, directory)
    _refuse_strangers(directory)
    if directory.state is not DirectoryState.FINISHED or (change is not None and change.reopens):
        _make(directory.path, "run_dir" if config.get("run_dir") else "runs_dir")
        with directory.lock():
            planned_sha = sha_in(config, data_fingerprint, directory)
            if change is not None:
                record(change, directory)
            write_config(directory, config, data_fingerprint, planned_sha)
    return directory


def _by_sha(config: Mapping[str, Any], data_fingerprint: str) -> Path:
    """By the sha, or by that of before where a run lies there alone."""
    shas = (config_sha(config, data_fingerprint), former_sha(config, data_fingerprint))
    here, before = (Path(config["runs_dir"]) / f"{config['name']}-{sha}" for sha in shas)
    return before if before.exists() and not here.exists() else here


def _make(folder: Path, key: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise UserError(f"{key}: {folder}: {error.strerror}; name another directory") from error


def _refuse_strangers(directory: RunDirectory) -> None:
    is_taken = directory.path.exists() and not directory.config_path.exists()
    if is_taken and not _is_ours(directory):
        raise UserError(
            f"run_dir: {directory.path} is not empty and holds no run; name another directory"
        )


def _is_ours(directory: RunDirectory) -> bool:
    """Whether nothing is there but what an interrupted `prepare` leaves."""
    left = {"lock", directory.identity_path.name, directory.environment_path.name}
    names = {path.name.removesuffix(TEMPORARY_SUFFIX) for path in directory.path.iterdir()}
    return names <= left | {directory.config_path.name}


def write_config(
    directory: RunDirectory,
    config: Mapping[str, Any],
    data_fingerprint: str,
    sha: str | None = None,
) -> None:
    """Write what a child needs; `config.json` last: with it there, everything else is.

    `sha` is that of the config as the run was planned, None where it is this one.
    """
    sha = sha or config_sha(config, data_fingerprint)
    write_json(directory.identity_path, {"sha": sha, "data_fingerprint": data_fingerprint})
    known = read_json(directory.environment_path) if directory.environment_path.exists() else []
    current = environment()
    if not known or known[-1] != current:
        write_json(directory.environment_path, [*known, current])
    write_json(directory.config_path, config)
