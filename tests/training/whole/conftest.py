"""The run that all files here look at; one worker has them all, and makes it once."""

import shutil

import pytest

from tests.training.workplace import Finished, Workplace


@pytest.fixture(scope="session")
def whole(workplace: Workplace) -> Finished:
    """The command of the run `whole`, which nothing interrupts and no earlier cold start serves."""
    shutil.rmtree(workplace.folder / "cache" / "cold_starts", ignore_errors=True)
    return workplace.train("run_dir=whole")
