"""A small Evalchemy for a module, and an empty folder to work in."""

from pathlib import Path

import pytest

from tests.evaluation.small_evalchemy import (
    SmallEvalchemy,
    SmallEvaluation,
    make_evalchemy,
    make_evaluation,
)


@pytest.fixture(scope="session")
def evalchemy(tmp_path_factory: pytest.TempPathFactory) -> SmallEvalchemy:
    """A checkout that no test changes."""
    return make_evalchemy(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def small(evalchemy: SmallEvalchemy) -> SmallEvaluation:
    """HumanEval on that checkout."""
    return make_evaluation(evalchemy)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test works."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
