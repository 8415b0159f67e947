"""What `tarot explain` says of a real run, as it is and with a fault in its records at a time."""

import json
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.config.run import validate_run
from tarot.explain.advice import changes_for
from tarot.explain.causes import Cause
from tarot.explain.completions import Losses, Tally
from tarot.explain.lines import Lines
from tarot.explain.settings import RunSettings
from tarot.runs import RunDirectory
from tarot.runs.rollouts import Rollout, read_rollouts
from tarot.types import Verdict
from tests.light import imported
from tests.training.recorded_faults import (
    FAULTS,
    GROUP,
    Fault,
    Line,
    alike,
    healthy,
    judged,
    rewritten,
    with_metric,
)
from tests.training.workplace import NUM_STEPS, Finished, Workplace

pytestmark = pytest.mark.e2e

HEAVY = "torch transformers trl vllm datasets matplotlib"


@pytest.fixture(scope="module")
def real(workplace: Workplace, whole: Finished) -> RunDirectory:
    """Six steps with two groups of two completions each."""
    assert whole.returncode == 0
    return workplace.run("whole")


def explained(run: RunDirectory) -> dict[str, Any]:
    """What the command finds, as JSON."""
    out = run.path / "why.json"
    assert main(["explain", f"run={run.path}", f"out={out}"]) == 0
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def test_nothing_is_found_in_the_run_as_it_is(
    real: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "why.json"
    assert main(["explain", f"run={real.path}", f"out={out}"]) == 0
    shown = capsys.readouterr().out
    found = json.loads(out.read_text())
    assert found["named"] == []
    assert found["not_looked_at"] == [
        "the KL divergence from the reference: logged where trainer.beta is above 0"
    ]
    assert shown.startswith("whole: nothing found")
    assert found["num_completions"] == NUM_STEPS * 2 * GROUP


def test_the_run_logs_what_an_explanation_needs(real: RunDirectory) -> None:
    """The tiny model moves by about the learning rate, and draws what it is trained on."""
    lines = list(real.log.steps())
    assert all(1e-3 < line["update/relative"] < 0.2 for line in lines)
    assert all(line["update/changed"] > 0.9 for line in lines)
    assert all(abs(line["sampling/cross_entropy_gap"]) < 1 for line in lines)
    assert {row.passed_end for row in read_rollouts(real)} <= {"", "<|endoftext|>", "<|im_end|>"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.cause))
def test_a_fault_in_the_records_is_named_first(
    fault: Fault, real: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = rewritten(real, tmp_path / "run", fault.row, fault.line, fault.trainer)
    found = explained(run)
    first = found["causes"][0]
    assert found["named"] == [fault.cause]
    assert first["cause"] == fault.cause
    assert sum(one["share"] for one in found["causes"]) + found["left"] == pytest.approx(1.0)
    assert 0 < first["count"] <= first["of"]
    assert first["changes"][0]["key"] == fault.key
    assert all(first["evidence"])
    assert first["sample"]["problem"] in {row.problem_id for row in read_rollouts(run)}
    shown = capsys.readouterr().out
    assert shown.startswith(f"run: {fault.cause}: ")
    assert f"for example in step {first['sample']['step']}" in shown


def test_records_without_a_fault_are_healthy_and_short(
    real: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewards = (0.5, 0.4, 0.6, 0.5, 0.4, 0.6)
    run = rewritten(
        real, tmp_path / "run", line=lambda one: {**one, "reward": rewards[one["step"] - 1]}
    )
    assert explained(run)["causes"] == []
    assert "nothing found, but short: over 6 steps" in capsys.readouterr().out


def test_causes_are_ranked_by_what_they_take(real: RunDirectory, tmp_path: Path) -> None:
    """Two steps of six are lost to one cause, three to another, whichever comes first in a list."""

    def mixed(few: Verdict, many: Verdict) -> Callable[[Rollout, int], Rollout]:
        def change(row: Rollout, place: int) -> Rollout:
            if row.step == 1:
                return healthy(row, place)
            return judged(row, 0.0, few if row.step <= 3 else many)

        return change

    pairs = ((Verdict.TIME_LIMIT, Verdict.WRONG_ANSWER), (Verdict.WRONG_ANSWER, Verdict.TIME_LIMIT))
    names = {Verdict.TIME_LIMIT: Cause.TIME_LIMIT, Verdict.WRONG_ANSWER: Cause.ALL_FAIL}
    for number, (few, many) in enumerate(pairs):
        found = explained(rewritten(real, tmp_path / str(number), mixed(few, many)))
        assert found["named"] == [names[many], names[few]]
        assert [one["share"] for one in found["causes"]] == pytest.approx([3 / 6, 2 / 6])
        assert found["left"] == pytest.approx(1 / 6)


def test_what_is_lost_before_an_update_is_not_lost_to_it_again(
    real: RunDirectory, tmp_path: Path
) -> None:
    """Half of the steps bring no signal; of the others' half a clip fraction of 0.5 takes half."""
    run = rewritten(
        real,
        tmp_path / "run",
        lambda row, place: (
            judged(row, 0.0, Verdict.WRONG_ANSWER) if row.step % 2 else healthy(row, place)
        ),
        with_metric(clip_ratio__region_mean=0.5),
    )
    shares = {one["cause"]: one["share"] for one in explained(run)["causes"]}
    assert shares == {"all_fail": pytest.approx(0.5), "clipped": pytest.approx(0.25)}


def test_of_a_run_from_before_nothing_is_guessed(real: RunDirectory, tmp_path: Path) -> None:
    """Completions cut off with unknown ends are cut off; the log without figures accuses none."""
    later = ("update/relative", "update/changed", "sampling/cross_entropy_gap")

    def older(line: Line) -> Line:
        return {key: value for key, value in line.items() if key not in later}

    cut = alike(Verdict.NO_CODE, program=None, truncated=True, passed_end=None)
    found = explained(rewritten(real, tmp_path / "run", cut, older))
    assert found["named"] == [Cause.TRUNCATED]
    about = [line.partition(":")[0] for line in found["not_looked_at"]]
    assert about == [
        "whether completions go on after an end token",
        "how far updates move the weights",
        "whether the policy would draw its completions",
        "the KL divergence from the reference",
    ]


def test_a_run_without_a_step_says_so(
    real: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = rewritten(real, tmp_path / "run")
    shutil.rmtree(run.rollouts_path)
    run.log.path.unlink()
    assert main(["explain", f"run={run.path}"]) == 0
    assert capsys.readouterr().out == "run: nothing to look at: no step has ended\n"


def test_a_completion_does_nothing_to_the_terminal(
    real: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "[bold]\x1b[2J\x07\nprint(1)" + "x" * 1000
    run = rewritten(real, tmp_path / "run", alike(Verdict.WRONG_ANSWER, completion=text))
    assert explained(run)["causes"][0]["sample"]["completion"] == text
    shown = capsys.readouterr().out
    assert "| [bold]\\x1b[2J\\x07\n" in shown
    assert "and 626 characters" in shown


def test_what_is_to_be_changed_is_an_argument_of_train(real: RunDirectory) -> None:
    """All values that are named for a key, in as many commands as the key with most has."""
    settings, lines = RunSettings(real.config()), Lines.of(real.log.steps())
    values: defaultdict[str, list[str]] = defaultdict(list)
    for cause in Cause:
        for one in changes_for(cause, settings, lines, Tally(losses={cause: Losses()})):
            assert one.typed.strip("'") == f"{one.key}={one.value}"
            if one.value not in values[one.key]:
                values[one.key].append(one.value)
    for place in range(max(map(len, values.values()))):
        own = [f"{key}={named[place]}" for key, named in values.items() if place < len(named)]
        (job,) = compose("train", ["+experiment=tiny", "hardware.per_device_batch_size=4", *own])
        validate_run(job.config)


def test_an_explanation_imports_nothing_heavy(real: RunDirectory) -> None:
    assert imported(HEAVY, "explain", f"run={real.path}") == ""


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run=x"], "x: no run directory, it has no config.json\n"),
        ([], "run: missing; give run=…"),
        (["run=x", "out=y/z.json"], "out: y/z.json: its folder does not exist; make it or name"),
        (["run=x", "ou=y"], "ou: no such key; did you mean out?"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(line)
    assert error.count("\n") == 1
