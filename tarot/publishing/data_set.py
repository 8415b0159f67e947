"""Pushing a generated data set, whose card is its README, to the hub."""

from collections.abc import Sequence
from pathlib import Path

from tarot.config.schema import HubConfig
from tarot.publishing.commit import Push, attempt, commit_files


def push_data_set(folder: Path, files: Sequence[Path], hub: HubConfig) -> Push:
    """Put the files into one commit of a data set's repository, and record it in `folder`."""
    named = {path.name: path for path in files}
    return attempt(folder, hub, lambda: commit_files(hub, named, f"Add {folder.name}", "dataset"))
