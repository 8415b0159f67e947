"""One workplace for the whole session, and a finished run."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.training.workplace import Workplace, workplace_in

if TYPE_CHECKING:
    from tests.training.parrot_run import Trained

if find_spec("torch") is None:
    collect_ignore_glob = ["test_*.py", "whole/test_*.py"]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A folder with a reward of its own: a class, and a YAML file in a group beside the shipped."""
    with workplace_in(tmp_path_factory.mktemp("workplace")) as place:
        yield place


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> "Trained":
    """A finished run of a model that solves some problems."""
    from tests.training.parrot_run import train_parrot  # noqa: PLC0415

    return train_parrot(tmp_path_factory.mktemp("trained"))
