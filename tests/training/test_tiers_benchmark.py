"""`benchmark=tiers`: a run's checkpoint measured as the run did, and a model without a run."""

import shutil
from pathlib import Path

import pytest

from tarot.capability import PatternCount, ProblemOutcomes, read_outcomes
from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.config.evaluation import EvaluateConfig
from tarot.config.targets import build
from tarot.config.validation import parse
from tarot.evaluation import Evaluation, Score, read_scores
from tarot.evaluation.running import Place, place_of
from tarot.evaluation.target import find_target
from tarot.evaluation.tiers import OUTCOMES, Tiers
from tarot.probe.parts import Parts
from tarot.runs import read_json
from tarot.training.stopping import StopRequest
from tarot.training.tiers import measure_tiers
from tarot.types import Tier
from tests.training.in_process import signals_kept
from tests.training.parrot_run import Trained
from tests.training.test_outages import LossySandbox

pytestmark = pytest.mark.e2e

HARDWARE = ("hardware=cpu", "hardware.threads=1")


def test_a_runs_checkpoint_has_the_runs_own_figures_to_the_bit(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    place, _ = _measure(f"checkpoint={trained.run.path}")
    ours = (place.raw / OUTCOMES / "tiers.json").read_bytes()
    assert ours == (trained.run.outcomes_path / "after-test.json").read_bytes()
    assert ours != (trained.run.outcomes_path / "before-test.json").read_bytes()

    arguments = ("evaluate", f"checkpoint={trained.run.path}", "benchmark=tiers", *HARDWARE)
    assert main(list(arguments)) == 0
    shown = capsys.readouterr().out
    assert "tiers: " in shown
    assert "95% interval" in shown
    score = _score(trained.run.path)
    summary = read_json(trained.run.summary_path)["splits"]["test"]
    after = {name: change["after"]["mean"] for name, change in summary.items()}
    assert {"suite": score.value, **_tiers_of(score)} == after
    assert 0 < score.value < 1
    assert score.num_samples == 8
    assert score.solved is not None
    assert [len(samples) for samples in score.solved.values()] == [8] * score.num_problems

    assert main([*arguments, "dry_run=true"]) == 0
    assert "tiers, there already" in capsys.readouterr().out


def test_parts_that_are_there_are_not_measured_again(trained: Trained) -> None:
    """A part that no sampling could give shows that it was taken as it was."""
    arguments = (f"checkpoint={trained.run.path}", "benchmark.tiers.seed=5")
    place, tiers = _prepared(*arguments)
    problem = ProblemOutcomes("problem 0", (PatternCount({Tier.BASIC: 0.25}, 8),))
    Parts(place.raw / OUTCOMES, "tiers").keep_part(0, (problem,))
    _run(place.raw)
    assert read_outcomes((place.raw / OUTCOMES / "tiers.json").read_bytes()) == (problem,)
    assert tiers.seed == 5


def test_an_untuned_model_is_measured_on_any_data(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = (
        "model=tiny",
        "model.source=hub",
        f"model.id={trained.model}",
        *trained.data,
        "benchmark.tiers.samples=2",
        "benchmark.tiers.sampling.max_new_tokens=12",
    )
    place, _ = _measure(*arguments)
    assert main(["evaluate", "benchmark=tiers", *HARDWARE, *arguments]) == 0
    score = _score(place.folder)
    assert score.solved is not None
    expected = {name: 7 + int(name.split()[-1]) % 3 for name in score.solved}
    assert {score.solved[name][0] for name in expected if expected[name] == 9} == {0.0}
    assert score.parts["pass@2"] > score.value > 0


def test_data_that_has_changed_since_the_run_is_refused(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained.run.path, run)
    (run / "identity.json").write_text('{"sha": "x", "data_fingerprint": "other"}')
    assert main(["evaluate", f"checkpoint={run}", "benchmark=tiers", *HARDWARE]) == 2
    assert capsys.readouterr().err == (
        f"data: {run} was trained on data that has changed since; bring it back, or say on what "
        "to measure with data=…\n"
    )


@pytest.mark.soak
def test_an_outage_fails_the_benchmark_and_the_same_command_goes_on(
    trained: Trained, capfd: pytest.CaptureFixture[str]
) -> None:
    """In a process of its own: the sandbox's first call there is the self-check."""
    arguments = ["evaluate", f"checkpoint={trained.run.path}", "benchmark=tiers", *HARDWARE]
    arguments += ["benchmark.tiers.seed=6"]
    lossy = f"sandbox._target_={LossySandbox.__module__}.LossySandbox"
    assert main([*arguments, lossy, "++sandbox.losses={2: ''}"]) == 1
    cause = "the process that samples ended with exit code 75: 100% of the completions could not"
    assert f"tiers: failed: {cause} be judged" in capfd.readouterr().err
    assert main(arguments) == 0
    assert "evaluate test" in capfd.readouterr().out


def _prepared(*arguments: str) -> tuple[Place, Tiers]:
    """Where the score belongs, with what the process that samples is to do."""
    (job,) = compose("evaluate", ["benchmark=tiers", *HARDWARE, *arguments])
    config = parse(EvaluateConfig, job.config)
    evaluation = Evaluation(config, find_target(config))
    tiers: Tiers = build("benchmark.tiers", config.benchmark["tiers"])
    place = place_of("tiers", tiers, evaluation)
    place.raw.mkdir(parents=True)
    tiers.prepare(evaluation, place.raw)
    return place, tiers


def _measure(*arguments: str) -> tuple[Place, Tiers]:
    place, tiers = _prepared(*arguments)
    _run(place.raw)
    return place, tiers


def _run(folder: Path) -> None:
    """What the process that samples does, in this one."""
    with signals_kept():
        measure_tiers(folder, StopRequest())


def _score(folder: Path) -> Score:
    (score,) = read_scores(folder)["tiers"]
    return score


def _tiers_of(score: Score) -> dict[str, float]:
    return {tier.value: score.parts[tier] for tier in Tier if tier in score.parts}
