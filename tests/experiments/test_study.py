"""The command of the study, with a launcher that writes outcomes instead of training."""

from pathlib import Path

import pytest

from experiments.demo import study
from experiments.demo.results import Arm, Results
from tarot.cli.composition import compose
from tarot.cli.planning import plan_run
from tarot.data import Split
from tarot.runs import read_json
from tarot.runs.exits import Exit


@pytest.mark.soak
def test_the_study_goes_on_where_it_stopped_and_then_writes_its_tables(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop, out = tmp_path / "runs" / "stop-23", tmp_path / "out"
    stop.touch()
    assert study.main(arguments) == Exit.INTERRUPTED
    stopped = capsys.readouterr().out
    assert [line.split()[1] for line in _launched(stopped)] == ["21", "21", "22", "22", "23"]
    assert "- missing: tiered, seed 23: " in stopped
    assert "- missing: permuted (control), seed 23: " in stopped
    assert not out.exists()

    stop.unlink()
    assert study.main(arguments) == Exit.OK
    finished = capsys.readouterr().out
    assert _launched(finished) == ["launched 23 TieredReward", "launched 23 ShuffledReward"]
    assert (out / "table.md").read_text() in finished
    pooled = Results.read(out).pooled
    assert pooled[Arm.TIERED][Split.TEST]["suite"].difference.mean == 1
    assert pooled[Arm.SHUFFLED][Split.TEST]["suite"].difference.mean == 0

    configs = {path.stem: read_json(path) for path in (out / "configs").iterdir()}
    assert sorted(configs) == sorted(f"{arm}-{seed}" for arm in Arm for seed in study.SEEDS)
    assert configs["shuffled-22"]["seed"] == 22
    assert str(tmp_path) not in str(configs)


def test_the_demo_is_the_first_run_of_the_study() -> None:
    (demo,) = compose("train", ["+experiment=demo"])
    first = study.locate_runs([])[0]
    assert (first.arm, first.seed) == (Arm.TIERED, 21)
    assert plan_run(demo.config).directory == first.run.path


def test_the_seed_of_a_run_is_that_of_its_data_too() -> None:
    for seed in study.SEEDS[:2]:
        (job,) = compose("train", ["+experiment=demo", f"seed={seed}"])
        assert job.config["data"]["seed"] == seed


def _launched(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("launched")]
