"""One commit of files to a repository of the hub, and a record of what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # re-exported lazily

from tarot.config.schema import HubConfig
from tarot.runs import read_json, write_json
from tarot.runs.directory import PUSH_NAME

FAULTS = (httpx.HTTPError, OSError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Push:
    """The last attempt to push: `commit` is its address, None where `fault` says why not."""

    id: str
    commit: str | None
    fault: str | None


def attempt(folder: Path, hub: HubConfig, commit: Callable[[], str]) -> Push:
    """Call `commit`, which gives an address, and record in `folder` what came of it."""
    repository = str(hub.id)
    try:
        done = Push(repository, commit(), None)
    except FAULTS as error:
        causes = [error, error.__cause__] if error.__cause__ else [error]
        done = Push(repository, None, " ".join(map(_one_line, causes)))
    write_json(folder / PUSH_NAME, asdict(done))
    return done


def last_attempt(folder: Path) -> Push | None:
    """What came of the last push from a folder, None before the first."""
    record = folder / PUSH_NAME
    return Push(**read_json(record)) if record.exists() else None


def is_done(folder: Path, hub: HubConfig) -> bool:
    """Whether the last push went to this repository and came to its end."""
    last = last_attempt(folder)
    return last is not None and last.id == hub.id and last.commit is not None


def commit_files(
    hub: HubConfig,
    files: Mapping[str, Path],
    message: str,
    kind: Literal["model", "dataset"] = "model",
) -> str:
    """Put files into one commit under their names, and give back its address.

    What the repository holds already changes nothing there. Raises one of FAULTS.
    """
    api, repository = HfApi(), str(hub.id)
    api.create_repo(repository, private=hub.private, exist_ok=True, repo_type=kind)
    operations = [CommitOperationAdd(name, str(path)) for name, path in sorted(files.items())]
    commit = api.create_commit(repository, operations, commit_message=message, repo_type=kind)
    return str(commit.commit_url)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
