"""What the cache of cold starts hangs on; that it is used is seen in whole runs."""

from pathlib import Path

import pytest

from tarot.config.schema import RunConfig
from tarot.training.cold_start_cache import cached_folder
from tests.training.faulty import FaultySource
from tests.training.in_process import prepared, run_child

pytestmark = pytest.mark.e2e

START = "cold_start={problems: 4, epochs: 1, batch_size: 2, learning_rate: 1e-3, seed: 0}"


def folder_of(runs: Path, *overrides: str) -> Path:
    run = prepared(f"runs_dir={runs}", START, *overrides)
    config = RunConfig.model_validate(run.config())
    assert config.cold_start is not None
    return cached_folder(run, config, config.cold_start)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory.mktemp("runs"))


@pytest.mark.parametrize(
    "change",
    [
        "cold_start.epochs=2",
        "cold_start.learning_rate=2e-3",
        "cold_start.seed=1",
        "prompt.system=Write Python.",
        "data.seed=1",
        "model.architecture.layers=3",
        "hardware.autocast=bfloat16",
    ],
)
def test_what_it_depends_on_makes_another_folder(
    tmp_path: Path, unchanged: Path, change: str
) -> None:
    assert folder_of(tmp_path, change) != unchanged


@pytest.mark.parametrize(
    "change", ["seed=7", "trainer.learning_rate=1e-5", "curriculum=average", "hardware.threads=2"]
)
def test_what_comes_after_it_does_not(tmp_path: Path, unchanged: Path, change: str) -> None:
    assert folder_of(tmp_path, change) == unchanged


@pytest.mark.parametrize(
    ("end", "code", "last"),
    [
        pytest.param("refuse", 2, "\ndata.key: mend it\n", marks=pytest.mark.soak),
        ("raise", 1, "\nthe cold start ended with exit code 1: KeyError: 'oops'\n"),
        pytest.param(
            *("kill", 1, "\nthe cold start ended with exit code -9: killed by SIGKILL\n"),
            marks=pytest.mark.soak,
        ),
        ("interrupt", 130, ""),
    ],
)
def test_a_cold_start_that_ends_early_ends_the_run_in_its_way(
    end: str,
    code: int,
    last: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("END_COLD_START", end)
    source = f"data._target_={FaultySource.__module__}.FaultySource"
    assert run_child(prepared(f"run_dir={tmp_path}/run", START, source)) == code
    assert capsys.readouterr().err.endswith(last)
    assert list((tmp_path / "cache" / "cold_starts").iterdir()) == []


def test_too_few_references_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "cache"))
    run = prepared(f"run_dir={tmp_path}/run", START, "cold_start.problems=5")
    assert run_child(run) == 2
    assert capsys.readouterr().err == (
        "cold_start.problems: 5 asked for, but 4 training problems have a reference solution; "
        "choose fewer\n"
    )
    assert list((tmp_path / "cache" / "cold_starts").iterdir()) == []
