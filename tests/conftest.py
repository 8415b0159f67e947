"""Fixtures that every room uses."""

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

# A busy machine makes an example slow without making it wrong.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
# A shell starts background jobs deaf to Ctrl-C, and every child would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
# What is imported until all tests are collected stays, and needn't be looked at for garbage.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on there is garbage."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What runs make once and share is made anew, and the user's own is neither used nor filled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAROT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared facts and samples beside the repository, or `TAROT_SHARED`."""
    folder = Path(os.environ.get("TAROT_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.fail(f"{folder} is missing: put shared/ there or set TAROT_SHARED", pytrace=False)
    return folder
