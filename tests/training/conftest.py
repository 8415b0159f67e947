"""One workplace for the whole session, and a run in it that nothing interrupts."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.training.workplace import LETTERS, REWARD, Finished, Workplace

if find_spec("torch") is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A folder with a reward of its own: a class, and a YAML file in a group beside the shipped."""
    folder = tmp_path_factory.mktemp("workplace")
    (folder / "letters.py").write_text(REWARD)
    (folder / "conf" / "reward").mkdir(parents=True)
    (folder / "conf" / "reward" / "letters.yaml").write_text(LETTERS)
    place = Workplace(folder)
    yield place
    for process in place.started:
        process.kill()


@pytest.fixture(scope="session")
def whole(workplace: Workplace) -> Finished:
    """The command of the run `whole`, which nothing interrupts."""
    return workplace.train("run_dir=whole")
