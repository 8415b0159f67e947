"""The probe of a run: in a child of its own, kept for other runs, and followed by a filter."""

from pathlib import Path

import pytest

from tarot.capability import PatternCount, ProblemOutcomes, read_outcomes
from tarot.cli.main import main
from tarot.config.schema import RunConfig
from tarot.data import write_jsonl
from tarot.data.files import read_problems
from tarot.probe.directory import Probe
from tarot.runs import RunDirectory, read_json
from tarot.runs.exits import Exit
from tarot.runs.rollouts import read_rollouts
from tarot.types import Problem, TestCase, Tier
from tests.sampling.parrot import save_parrot
from tests.training.in_process import prepared_from, run_child
from tests.training.test_outages import CAUSE, LossySandbox

pytestmark = pytest.mark.e2e

# The model answers with 7 or 8, each as often.
EXPECTED = {"half": "7", "other_half": "8", "never": "9"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "parrot"
    save_parrot(folder, "print(7)", "print(8)")
    return folder


@pytest.fixture
def settings(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three problems to train on, of which one is never solved, and a cache of the test's own."""
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "cache"))
    data = tmp_path / "problems.jsonl"
    write_jsonl(
        [
            Problem(name, f"Print {text}.", (TestCase("", text, Tier.BASIC),), f"print({text})")
            for name, text in EXPECTED.items()
        ],
        data,
    )
    return [
        "data=jsonl",
        f"data.path={data}",
        "data.test_share=0",
        "data.dev_share=0",
        "model.source=hub",
        f"model.id={model}",
        "trainer.max_steps=1",
        "num_generations=4",
        "hardware.per_device_batch_size=4",
        "problems_per_step=1",
        "probe.samples=32",
    ]


def run_of(settings: list[str], folder: Path, *overrides: str) -> RunDirectory:
    return prepared_from("+experiment=tiny", *settings, f"run_dir={folder}", *overrides)


def probe_of(run: RunDirectory) -> Probe:
    return Probe.of(RunConfig.model_validate(run.config()), run.data_fingerprint())


def test_an_adaptive_run_probes_what_it_trains_on_and_keeps_what_it_decided_from(
    settings: list[str], tmp_path: Path
) -> None:
    run = run_of(settings, tmp_path / "run", "curriculum=adaptive")
    assert run_child(run) == 0
    kept = read_outcomes((run.outcomes_path / "probe.json").read_bytes())
    assert kept == probe_of(run).outcomes()
    assert [(found.problem_id, found.num_judged) for found in kept] == [
        (name, 32) for name in EXPECTED
    ]
    assert read_json(run.decision_path)["probe"]["num_problems"] == 3
    assert list(probe_of(run).directory.outcomes_path.iterdir()) == [probe_of(run).path]


@pytest.mark.soak
def test_what_is_there_is_not_measured_again(settings: list[str], tmp_path: Path) -> None:
    """A part that no sampling could give shows that it was taken as it was."""
    run = run_of(settings, tmp_path / "run", "curriculum=adaptive", "probe.problems=null")
    probe = probe_of(run)
    probe.prepare(run.config(), run.data_fingerprint())
    problem = ProblemOutcomes("half", (PatternCount({Tier.BASIC: 0.25}, 32),))
    probe.parts.keep_part(0, (problem,))
    assert run_child(run) == 0
    assert probe.outcomes() == (problem,)
    other = run_of(settings, tmp_path / "other", "seed=9", "probe.problems=null")
    assert run_child(other) == 0
    assert read_outcomes((other.outcomes_path / "probe.json").read_bytes()) == (problem,)


def test_a_filter_leaves_out_what_is_never_solved(settings: list[str], tmp_path: Path) -> None:
    run = run_of(settings, tmp_path / "run", "filter=[0.1,0.9]", "trainer.max_steps=4")
    assert run_child(run) == 0
    assert {row.problem_id for row in read_rollouts(run)} == {"half", "other_half"}
    assert read_json(run.decision_path)["probe"]["num_problems"] == 2


@pytest.mark.soak
def test_a_filter_that_leaves_too_little_is_one_line(
    settings: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_of(settings, tmp_path / "run", "filter=[0.9,1]", "curriculum=average")
    assert run_child(run) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "filter: 0 of 3 training problems are left, fewer than problems_per_step=1; widen it, or "
        "take more problems"
    )


@pytest.mark.soak
def test_a_fault_in_the_child_ends_the_run_with_its_line(
    settings: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = "cold_start={problems: 9, epochs: 1, batch_size: 2, learning_rate: 1e-3, seed: 0}"
    assert run_child(run_of(settings, tmp_path / "run", "curriculum=adaptive", start)) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("cold_start.problems: 9 asked for")


@pytest.mark.soak
def test_an_outage_in_the_child_fails_the_run_and_the_same_command_goes_on(
    settings: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sandbox's first call in the child is the self-check, the second the probe's."""
    lossy = f"sandbox._target_={LossySandbox.__module__}.LossySandbox"
    adaptive = ("curriculum=adaptive", "grading.max_unjudged_share=0.9", lossy)
    out = run_of(settings, tmp_path / "run", *adaptive, "sandbox.losses={2: ''}")
    assert run_child(out) == Exit.OUTAGE
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"the probe ended with exit code 75: {CAUSE}"
    )
    assert not probe_of(out).path.exists()
    assert run_child(run_of(settings, tmp_path / "run", *adaptive, "sandbox.losses={}")) == 0


@pytest.mark.parametrize("launcher", ["local", pytest.param("accelerate", marks=pytest.mark.soak)])
def test_a_fault_that_shows_in_the_child_is_one_line_of_the_verb(
    settings: list[str], launcher: str, capfd: pytest.CaptureFixture[str]
) -> None:
    start = "cold_start={problems: 9, epochs: 1, batch_size: 2, learning_rate: 1e-3, seed: 0}"
    arguments = ["+experiment=tiny", *settings, start, f"launcher={launcher}"]
    assert main(["probe", *arguments]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("cold_start.problems: 9 asked for")


def test_the_verb_shows_the_outcomes_and_writes_what_the_filter_keeps(
    settings: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "kept.jsonl"
    assert main(["probe", "+experiment=tiny", *settings, "filter=[0.1,0.9]", f"out={out}"]) == 0
    assert [problem.id for problem in read_problems(out)] == ["half", "other_half"]
    shown = capfd.readouterr().out
    assert "1 problems never solved, 0 always, 2 at times" in shown
    assert "curriculum forward_ce:" in shown
    assert f"{out}: 2 of 3 training problems" in shown

    assert main(["probe", "+experiment=tiny", *settings, "filter=[0,1]", "dry_run=true"]) == 0
    assert capfd.readouterr().out.endswith("measured already\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["out=kept.jsonl"], "out: it is for what a filter keeps; give filter=[0.1,0.9] too"),
        (
            ["filter=[0,1]", "out=kept.csv"],
            "out: kept.csv: not a .jsonl file; training could not read it",
        ),
        (
            ["filter=[0.9,0.1]"],
            "filter: from 0.9 to 0.1 there is nothing; give the lower rate first",
        ),
        (
            ["filter=[0.1]"],
            "filter: [0.1] List should have at least 2 items after validation, not 1",
        ),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", "+experiment=tiny", *arguments]) == 2
    assert capsys.readouterr().err == f"{line}\n"
