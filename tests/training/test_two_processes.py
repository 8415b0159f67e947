"""Two processes of one training, which grade each their half and agree on everything else."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tarot.runs import RunDirectory
from tarot.runs.comparison import RunComparison, compare_runs
from tarot.runs.exits import Exit
from tarot.runs.rank_logs import KEEP_LOGS
from tarot.runs.rollouts import read_rollouts
from tarot.sandbox.local import LocalSandbox
from tarot.training.processes import solitary_environment
from tests.sampling.parrot import save_parrot
from tests.sampling.small_models import load_small
from tests.training.in_process import prepared, run_child
from tests.training.several import two_processes
from tests.training.two_processes import (
    ANSWERS,
    GROUP,
    PROBLEM_OF_GROUP,
    evaluated,
)
from tests.training.workplace import Finished

pytestmark = pytest.mark.e2e

FIRST, SECOND = slice(0, 6), slice(6, 12)


@pytest.fixture(scope="module")
def ranks(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each of the two found, by case."""
    folder = tmp_path_factory.mktemp("ranks")
    load_small(folder / "model", "tiny")
    save_parrot(folder / "parrot", "print(1)", "print(2)")
    finished = two_processes("tests.training.two_processes", str(folder))
    assert finished.returncode == 0, finished.stderr
    return [json.loads((folder / f"rank-{rank}.json").read_text()) for rank in range(2)]


def centred(rewards: Sequence[float | None]) -> list[float]:
    """Less the mean of the group's rewards; 0 for a completion without one."""
    advantages: list[float] = []
    for start in range(0, len(rewards), GROUP):
        group = rewards[start : start + GROUP]
        known = [reward for reward in group if reward is not None]
        mean = sum(known) / len(known) if known else 0.0
        advantages += [0.0 if reward is None else reward - mean for reward in group]
    return advantages


# The answer 1 passes basic, a quarter of the reward, and 2 passes edge.
REWARDS = [{1: 0.25, 2: 0.75}[answer] for answer in ANSWERS]


def test_a_group_that_is_split_over_two_processes_is_one_group(ranks: list[dict[str, Any]]) -> None:
    found = [rank["whole"] for rank in ranks]
    assert found[0]["advantages"] + found[1]["advantages"] == pytest.approx(centred(REWARDS))
    for half in found:
        assert half["rewards"] == REWARDS
        assert half["logged"]["group/zero_variance"] == 0


def test_rows_are_recorded_once_with_the_groups_of_their_prompts(
    ranks: list[dict[str, Any]],
) -> None:
    expected = [
        [row // GROUP, PROBLEM_OF_GROUP[row // GROUP], f"print({answer})  # {row}"]
        for row, answer in enumerate(ANSWERS)
    ]
    assert ranks[0]["whole"]["rows"] == ranks[1]["whole"]["rows"] == expected


def test_an_outage_on_one_leaves_the_others_rewards_whole(ranks: list[dict[str, Any]]) -> None:
    """Of group 1 two completions are left, of group 2 none."""
    found = [rank["half"] for rank in ranks]
    rewards = [*REWARDS[FIRST], *[None] * 6]
    expected = centred(rewards)
    assert expected[4:6] == [-0.25, 0.25]
    for half, rows in zip(found, (FIRST, SECOND), strict=True):
        assert half["rewards"] == rewards
        assert half["advantages"] == pytest.approx(expected[rows])
        assert half["logged"]["group/zero_variance"] == pytest.approx(1 / 3)
        assert half["logged"]["sandbox/infrastructure"] == 0.5
        assert half["logged"]["reward/code"] == pytest.approx(sum(REWARDS[FIRST]) / 6)
    trained = [[number > 0 for number in half["num_trained_tokens"]] for half in found]
    assert trained == [[True] * 6, [False] * 6]
    assert found[0]["num_items"] == found[1]["num_items"] == sum(found[0]["num_trained_tokens"])


@pytest.mark.parametrize("case", ["whole", "half", "shuffled"])
def test_both_log_the_same_figures(ranks: list[dict[str, Any]], case: str) -> None:
    first, second = (rank[case]["logged"] for rank in ranks)
    assert first == pytest.approx(second, nan_ok=True)
    assert first.keys() == second.keys()


def test_a_split_group_is_permuted_as_a_whole(ranks: list[dict[str, Any]]) -> None:
    rewards = ranks[0]["shuffled"]["rewards"]
    assert ranks[1]["shuffled"]["rewards"] == rewards
    assert rewards != REWARDS
    for start in range(0, len(REWARDS), GROUP):
        group = slice(start, start + GROUP)
        assert sorted(rewards[group]) == sorted(REWARDS[group])


def test_a_failure_in_one_is_a_failure_in_both(ranks: list[dict[str, Any]]) -> None:
    first, second = (rank["broken sandbox"]["error"] for rank in ranks)
    assert second == "ValueError: no such slot"
    assert first == "PeerFailure: process 1: ValueError: no such slot"
    first, second = (rank["broken reward"]["error"] for rank in ranks)
    name = "__main__.BrokenReward"
    assert first.startswith(f"RewardFault: {name} raised KeyError: 'oops' (two_processes.py:")
    assert first.endswith(") in step 1")
    assert second == first


def test_two_processes_share_the_groups_that_dynamic_sampling_chooses(
    ranks: list[dict[str, Any]],
) -> None:
    """All completions of the batches in order, those of the first process before the second's."""
    first, second = (rank["sampled"] for rank in ranks)
    batches = zip(first["seen"], second["seen"], strict=True)
    seen = [row for halves in batches for half in halves for row in half]
    names = [name for name, _ in seen[::GROUP]]
    assert names[:3] == ["0", "1", "2"]
    assert len(set(names)) == len(names)
    assert first["told"] == second["told"] == [[name in "678" for name in names]]
    assert first["found"] + second["found"] == [ids for name, ids in seen if name in "678"]
    assert len(first["found"]) == len(second["found"]) == len(ANSWERS) // 2
    assert min(first["least_advantage"], second["least_advantage"]) > 0.5
    num_tokens = sum(len(ids) for ids in first["found"] + second["found"])
    assert first["num_items"] == second["num_items"] == num_tokens


def test_both_count_what_both_took_of_an_account(ranks: list[dict[str, Any]]) -> None:
    """2 and 4 at first, 5 and 10 in the end; a local sandbox takes nothing."""
    first, later = (
        {"sandbox/creations": n, "sandbox/requests": 10 * n, "sandbox/sandbox_s": n} for n in (6, 9)
    )
    assert [rank["usage"] for rank in ranks] == [[{}, first, later]] * 2


def test_two_processes_evaluate_as_one_would(ranks: list[dict[str, Any]], tmp_path: Path) -> None:
    """The same completions, outcomes and metrics; of the suite nothing passes both tiers."""
    model = save_parrot(tmp_path, "print(1)", "print(2)")
    alone = evaluated(model, tmp_path, LocalSandbox(slots=1))
    assert ranks[0]["evaluated"] == ranks[1]["evaluated"] == alone
    metrics = {key: float(value) for key, value in alone["metrics"].items()}
    assert len(alone["texts"]) == 15
    ones = alone["texts"].count("print(1)")
    assert 0 < ones < 15
    assert metrics["eval/basic/pass_at_1"] == pytest.approx(ones / 15)
    assert metrics["eval/edge/pass_at_1"] == pytest.approx(1 - ones / 15)
    assert metrics["eval/pass_at_1"] == 0


def test_an_outage_of_one_leaves_the_evaluation_of_both_out(ranks: list[dict[str, Any]]) -> None:
    """The second judges 7 of 15 completions, all of which are lost: under the limit of a half."""
    found = [rank["evaluated in an outage"] for rank in ranks]
    assert found[0] == found[1]
    assert float(found[0]["metrics"]["eval/unjudged"]) == pytest.approx(7 / 15)


def test_a_flag_in_one_is_known_to_both(ranks: list[dict[str, Any]]) -> None:
    assert [rank["flags"] for rank in ranks] == [[True, False]] * 2


def test_a_run_for_two_is_not_begun_by_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = prepared(f"run_dir={tmp_path / 'run'}", "hardware.processes=2", "problems_per_step=4")
    assert run_child(run) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith(
        "hardware.processes=2: this run was started with 1; set launcher=accelerate"
    )


def test_a_child_of_one_process_does_not_take_itself_for_one_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = {"RANK", "WORLD_SIZE", "MASTER_PORT", "TORCHELASTIC_RUN_ID", KEEP_LOGS}
    for name in names:
        monkeypatch.setenv(name, "1")
    before = os.environ.keys()
    gone = before - solitary_environment().keys()
    assert gone >= names
    assert "PATH" not in gone


@pytest.mark.parametrize(("seen", "own"), [("4,5,6", "4"), ("", ""), (None, "0")])
def test_a_child_of_one_process_sees_the_gpu_of_the_first(
    monkeypatch: pytest.MonkeyPatch, seen: str | None, own: str
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if seen is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", seen)
    assert solitary_environment()["CUDA_VISIBLE_DEVICES"] == own


@dataclass(frozen=True)
class Story:
    """A run that a signal to one process stops, then an outage of one, and one without either."""

    whole: RunDirectory
    stopped: Finished
    steps_when_stopped: list[int]
    out: Finished
    saved_when_out: list[str]
    run: RunDirectory
    finished: Finished


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    save_parrot(folder / "model", "print(7)", "print(8)")

    def run_with(name: str, *sandbox: str) -> RunDirectory:
        return prepared(
            f"run_dir={folder / name}",
            "model.source=hub",
            f"model.id={folder / 'model'}",
            "hardware.processes=2",
            "hardware.per_device_batch_size=3",
            "num_generations=4",
            "problems_per_step=3",
            "data.num_problems=6",
            *("trainer.max_steps=4", "trainer.save_steps=500"),
            "trainer.learning_rate=1e-6",
            "curriculum=average",
            "reward.format_pattern='print.7.'",
            *sandbox,
        )

    whole = run_with("whole")
    finished = two_processes("tarot.training", str(whole.path))
    assert finished.returncode == 0, finished.stderr
    target = "sandbox._target_=tests.training.two_processes.OutOnRankOne"
    run = run_with("run", target, "sandbox.stop_at=2")
    stopped = two_processes("tarot.training", str(run.path))
    steps = [line["step"] for line in run.log.lines()]
    run = run_with("run", target, "sandbox.lost=[3]")
    out = two_processes("tarot.training", str(run.path))
    saved = sorted(path.name for path in run.checkpoints_path.glob("checkpoint-*"))
    run = run_with("run", target)
    finished = two_processes("tarot.training", str(run.path))
    return Story(whole, stopped, steps, out, saved, run, finished)


@pytest.mark.soak
def test_a_signal_to_one_stops_both_after_the_step(story: Story) -> None:
    assert story.stopped.returncode != 0
    assert "exitcode: 130" in story.stopped.stderr
    assert story.steps_when_stopped == [1]


@pytest.mark.soak
def test_an_outage_of_one_ends_both_with_the_last_step_saved(story: Story) -> None:
    cause = "of the completions could not be judged, more than grading.max_unjudged_share="
    lines = story.out.stderr.splitlines()
    assert sum(cause in line for line in lines) == 2
    assert any(line.split()[:3] == ["exitcode", ":", str(int(Exit.OUTAGE))] for line in lines)
    assert story.saved_when_out == ["checkpoint-1", "checkpoint-2"]


@pytest.mark.soak
def test_a_run_of_two_goes_on_where_it_stopped(story: Story) -> None:
    assert story.finished.returncode == 0, story.finished.stderr
    assert [line["step"] for line in story.run.log.lines()] == [1, 2, 3, 4]
    assert story.run.summary_path.exists()
    assert compare_runs(story.whole, story.run) == RunComparison(4, None, 0.0)


@pytest.mark.soak
def test_the_log_and_the_rollouts_of_a_run_of_two_hold_everything_once(story: Story) -> None:
    rows = list(read_rollouts(story.whole))
    assert [(row.step, row.group) for row in rows] == [
        (step, group) for step in (1, 2, 3, 4) for group in (0, 1, 2) for _ in range(4)
    ]
    for step in (1, 2, 3, 4):
        of_group = [
            {row.problem_id for row in rows if (row.step, row.group) == (step, group)}
            for group in range(3)
        ]
        assert [len(names) for names in of_group] == [1, 1, 1]
        assert len(set.union(*of_group)) == 3
    shown = story.finished.stdout.splitlines()
    assert sum(line.startswith("GRPO  3/4") for line in shown) == 1
