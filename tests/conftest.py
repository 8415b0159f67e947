"""Fixtures that every room uses."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared facts and samples beside the repository, or `TAROT_SHARED`."""
    folder = Path(os.environ.get("TAROT_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.fail(f"{folder} is missing: put shared/ there or set TAROT_SHARED", pytrace=False)
    return folder
