"""What a run was started with that its sha does not cover: versions and the state of git."""

import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
PACKAGES = (
    "accelerate",
    "datasets",
    "deepspeed",
    "hydra-core",
    "omegaconf",
    "pyarrow",
    "tarot-rl",
    "torch",
    "transformers",
    "trl",
    "vllm",
)


def environment() -> dict[str, Any]:
    """Versions of Python and of the packages that are installed, machine, commit of the project."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
        "git_commit": _git("rev-parse", "HEAD"),
        "git_changed_files": _git("status", "--porcelain"),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _git(*arguments: str) -> str | None:
    """Git's answer about the project, or None outside a checkout and without git."""
    command = ["git", "-C", str(PROJECT), *arguments]
    try:
        finished = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return finished.stdout.strip()
