"""A reward that fails or is slow in a training: what is said of it, and what is kept."""

import json
import shlex
import time
from pathlib import Path

import pytest

from rewards.tiered import TieredReward
from tarot.cli.main import main
from tarot.curriculum import PartCall, RewardFault
from tarot.runs import RunDirectory
from tarot.runs.exits import Exit
from tarot.sampling import LoadedModel
from tarot.training.display import Display
from tarot.training.reward_faults import Slowness, faults_kept
from tarot.types import Grade, GradedCompletion, TierWeights, UserError
from tests.sampling.small_models import load_small
from tests.training.in_process import prepared, run_child
from tests.training.test_reward_forms import PROBLEM, scored

pytestmark = pytest.mark.e2e

COMPLETION = GradedCompletion("print(1)", "p", Grade(None, ()), TierWeights({}), 2, 0)


class Picky:
    """A part that does not take what begins with a text."""

    def __init__(self, refused: str) -> None:
        self._refused = refused

    def __call__(self, completion: GradedCompletion) -> float:
        if completion.completion.startswith(self._refused):
            raise ValueError("no such luck")
        return 1.0


class Stuck:
    """A part that waits for good at one completion."""

    def __call__(self, completion: GradedCompletion) -> float:
        while completion.completion.startswith("x = 3"):
            time.sleep(1)
        return 1.0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load_small(tmp_path_factory.mktemp("models") / "tiny", "tiny")


def test_a_part_that_raises_under_trl_is_named_with_its_step_and_completion(
    model: LoadedModel, tmp_path: Path
) -> None:
    reward = TieredReward({"code": 1.0, "picky": 1.0}, extra={"picky": Picky("x = 3")})
    with pytest.raises(UserError) as caught, faults_kept(RunDirectory(tmp_path), Display()):
        scored(model, tmp_path, reward)
    start, _, end = str(caught.value).partition("(test_reward_faults.py:")
    assert start == f"reward: its part picky ({__name__}.Picky) raised ValueError: no such luck "
    assert f") in step 1, on a completion of problem {PROBLEM.id}; see it with tarot try " in end
    row = {"problem": PROBLEM.id, "completion": "x = 3\nprint(x)"}
    assert json.loads((tmp_path / "reward_fault.jsonl").read_text()) == row


def test_a_part_that_hangs_under_trl_is_named_with_its_completion(
    model: LoadedModel, tmp_path: Path
) -> None:
    reward = TieredReward({"stuck": 1.0}, extra={"stuck": Stuck()}, timeout_s=0.2)
    with pytest.raises(RewardFault, match=r"its part stuck \(.*\) had not ended after ") as caught:
        scored(model, tmp_path, reward)
    assert caught.value.completion is not None
    assert caught.value.completion.completion == "x = 3\nprint(x)"


def test_a_fault_without_a_completion_leaves_no_file(tmp_path: Path) -> None:
    fault = RewardFault("mine.Own raised KeyError: 1 in step 2")
    with pytest.raises(UserError) as caught, faults_kept(RunDirectory(tmp_path), Display()):
        raise fault
    assert str(caught.value) == f"reward: {fault}; its traceback is in the run's logs"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.soak
def test_a_run_ends_in_one_line_and_what_it_kept_fails_in_a_try_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    picky = f"{{picky: {{_target_: {__name__}.Picky, refused: ''}}}}"
    own = (f"reward.extra={picky}", "reward.parts.picky=1.0")
    run = prepared("run_dir=run", *own)
    assert run_child(run) == Exit.USER_ERROR
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith(f"reward: its part picky ({__name__}.Picky) raised ValueError: no such")
    assert "completion=run/reward_fault.jsonl" in shlex.split(line.replace("'", ""))
    problem = json.loads(run.reward_fault_path.read_text())["problem"]
    data = ("data.num_problems=4", "data.num_held_out=2")
    code = main(["try", "completion=run/reward_fault.jsonl", *data, *own])
    shown = capsys.readouterr()
    assert code == Exit.USER_ERROR
    assert f"run/reward_fault.jsonl:1: problem {problem}, " in shown.out
    assert shown.err.endswith(", on run/reward_fault.jsonl:1\n")


def test_a_slow_reward_is_told_once_with_its_slowest_part(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    calls = [PartCall(name, COMPLETION, 1.0, seconds) for name, seconds in (("a", 1), ("b", 7))]
    slowness = Slowness("mine.Sum")
    with faults_kept(RunDirectory(tmp_path), Display()):
        slowness.look(2, calls, 8.0, 8)
        slowness.look(3, calls, 8.1, 8)
        slowness.look(4, calls, 9.0, 8)
        Slowness("mine.Own").look(4, [], 9.0, 8)
    assert capsys.readouterr().out.splitlines() == [
        "reward: mine.Sum took 8 s for 8 completions of step 3, its part b 7.0 s for one of "
        "problem p",
        "reward: mine.Own took 9 s for 8 completions of step 4",
    ]
