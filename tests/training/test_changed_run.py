"""Runs that go on longer, or on other hardware, than they began."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from tarot.capability import read_outcomes
from tarot.cli.main import main
from tarot.runs import RunDirectory, prepare, read_json
from tarot.runs.checkpoints import checkpoint_step
from tarot.runs.comparison import RunComparison, compare_runs
from tarot.runs.rollouts import Rollout, read_rollouts
from tarot.types import Tier
from tests.sampling.parrot import save_parrot
from tests.training.in_process import prepared_from, run_child
from tests.training.several import two_processes

pytestmark = pytest.mark.e2e

ANSWERS = {"basic": "7", "intermediate": "8", "complex": "7", "edge": "8"}


@dataclass(frozen=True)
class Place:
    """A folder with a model that prints 7 or 8, and seven problems, of which it trains on six."""

    folder: Path

    def run(self, name: str, *overrides: str) -> RunDirectory:
        """A run of three steps an epoch that keeps the checkpoint of every step."""
        return prepared_from(
            *("+experiment=tiny", f"run_dir={self.folder / name}"),
            *("curriculum=forward_ce", "prompt.format_pattern='print.7.'"),
            *("data=jsonl", f"data.path={self.folder / 'data.jsonl'}"),
            *("data.dev_share=0.0", "data.test_share=0.2"),
            *("model.source=hub", f"model.id={self.folder / 'model'}"),
            *("trainer.learning_rate=1e-3", "trainer.max_steps=2"),
            *("trainer.save_steps=1", "trainer.save_total_limit=9"),
            *overrides,
        )

    def cut(self, run: RunDirectory, name: str, step: int) -> None:
        """A copy of a run as if it had been killed with that step's checkpoint as its last."""
        shutil.copytree(run.path, self.folder / name)
        copy = RunDirectory.open(self.folder / name)
        copy.put_away("cut", with_before=False)
        copy.changes.path.unlink(missing_ok=True)
        for checkpoint in copy.checkpoints_path.glob("checkpoint-*"):
            if checkpoint_step(checkpoint) > step:
                shutil.rmtree(checkpoint)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("changed")
    save_parrot(folder / "model", "print(7)", "print(8)")
    tests = [{"stdin": "", "expected": answer, "tier": tier} for tier, answer in ANSWERS.items()]
    rows = [{"id": f"p{n}", "statement": f"{n}", "tests": tests} for n in range(7)]
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return Place(folder)


@pytest.fixture(scope="module")
def planned(place: Place) -> RunDirectory:
    """A finished run of two steps, which ends inside an epoch."""
    run = place.run("planned")
    assert run_child(run) == 0
    return run


@pytest.fixture(scope="module")
def extended(place: Place, planned: RunDirectory) -> RunDirectory:
    """The same, made longer by a step when it was finished."""
    shutil.copytree(planned.path, place.folder / "extended")
    run = place.run("extended", "trainer.max_steps=3")
    assert run_child(run) == 0
    return run


def in_one_go(run: RunDirectory, name: str) -> RunDirectory:
    """A run of the same config from its start, as `tarot reproduce` trains it."""
    folder = run.path.with_name(name)
    whole = prepare({**run.config(), "run_dir": str(folder)}, run.data_fingerprint())
    assert run_child(whole) == 0
    return whole


def first_of_each_step(run: RunDirectory) -> list[Rollout]:
    return list({row.step: row for row in reversed(list(read_rollouts(run)))}.values())[::-1]


def weights(run: RunDirectory, step: int) -> bytes:
    return (run.checkpoints_path / f"checkpoint-{step}" / "model.safetensors").read_bytes()


def test_a_longer_run_is_the_shorter_one_and_goes_on_at_the_end_of_its_curriculum(
    planned: RunDirectory, extended: RunDirectory
) -> None:
    assert compare_runs(planned, extended) == RunComparison(2, None, 0.0)
    assert weights(planned, 2) == weights(extended, 2) != weights(extended, 3)
    rows = first_of_each_step(extended)
    assert [row.progress for row in rows] == [0.0, 0.5, 1.0]
    assert rows[2].weights.weights.keys() == set(Tier)
    assert [line["step"] for line in extended.log.steps()] == [1, 2, 3]
    assert {line["learning_rate"] for line in extended.log.steps()} == {1e-3}


def test_its_scores_are_of_its_new_end_and_the_old_ones_are_kept(
    planned: RunDirectory, extended: RunDirectory
) -> None:
    kept = extended.path / "earlier" / "change-1"
    assert (kept / "summary.json").read_bytes() == planned.summary_path.read_bytes()
    for name in ("before-test", "after-test"):
        assert read_outcomes((extended.outcomes_path / f"{name}.json").read_bytes())
    assert extended.summary_path.exists()


def test_one_run_from_the_start_of_its_config_is_the_same_to_the_bit(
    extended: RunDirectory,
) -> None:
    whole = in_one_go(extended, "whole")
    assert compare_runs(extended, whole) == RunComparison(3, None, 0.0)
    assert weights(extended, 3) == weights(whole, 3)


def test_the_rewards_of_a_longer_run_come_back_to_the_bit(
    extended: RunDirectory, tmp_path: Path
) -> None:
    command = ["rescore", f"run={extended.path}", f"out={tmp_path}", "curriculum=average"]
    assert main(command) == 0
    plain = read_json(tmp_path / "rescored.json")
    assert plain["num_reproduced"] == plain["num_rollouts"] == 12


@pytest.mark.soak
def test_a_stretched_run_under_a_falling_rate_is_the_same_in_one_go(place: Place) -> None:
    """The rate falls to 0 over two steps, and then over four from the third step on."""
    linear = "trainer.lr_scheduler_type=linear"
    run = place.run("stretched", "trainer.max_steps=2", linear)
    assert run_child(run) == 0
    run = place.run("stretched", "trainer.max_steps=4", linear, "schedule.stretch=true")
    assert run_child(run) == 0
    assert [row.progress for row in first_of_each_step(run)] == [0.0, 0.5, 0.5, 0.75]
    rates = [line["learning_rate"] for line in run.log.steps()]
    assert rates == pytest.approx([1e-3, 5e-4, 5e-4, 2.5e-4])
    whole = in_one_go(run, "stretched-whole")
    assert compare_runs(run, whole) == RunComparison(4, None, 0.0)
    assert weights(run, 4) == weights(whole, 4)


def test_other_hardware_goes_on_with_the_same_problems_and_draws_anew(
    place: Place, extended: RunDirectory
) -> None:
    """From a checkpoint as two processes save it, in passes of half the size, saved otherwise."""
    place.cut(extended, "moved", 1)
    checkpoint = place.folder / "moved" / "checkpoints" / "checkpoint-1"
    (checkpoint / "complete").write_bytes(b"")
    states = checkpoint / "rng_state.pth"
    shutil.copy(states, checkpoint / "rng_state_1.pth")
    states.rename(checkpoint / "rng_state_0.pth")
    other = ("hardware.per_device_batch_size=2", "trainer.save_steps=500")
    run = place.run("moved", "trainer.max_steps=3", *other)
    assert run_child(run) == 0
    assert drawn(run) == drawn(extended)
    rows, expected = (list(read_rollouts(one)) for one in (run, extended))
    assert [row.completion for row in rows[:4]] == [row.completion for row in expected[:4]]
    assert [row.completion for row in rows[4:]] != [row.completion for row in expected[4:]]
    saved = sorted(path.name for path in run.checkpoints_path.glob("checkpoint-*"))
    assert saved == ["checkpoint-1", "checkpoint-3"]
    (change,) = run.changes.lines()
    assert change["step"] == 1
    keys = {key: (one["old"], one["new"]) for key, one in change["keys"].items()}
    assert keys == {"hardware.per_device_batch_size": (4, 2), "trainer.save_steps": (1, 500)}


def drawn(run: RunDirectory) -> list[tuple[int, int, str, float]]:
    return [(row.step, row.group, row.problem_id, row.progress) for row in read_rollouts(run)]


def test_a_run_that_was_killed_after_its_last_step_does_not_take_another(
    place: Place, planned: RunDirectory
) -> None:
    place.cut(planned, "ended", 2)
    run = place.run("ended")
    assert run_child(run) == 0
    assert [line["step"] for line in run.log.steps()] == [1, 2]
    assert sorted(run.rollout_files()) == [1, 2]
    assert read_json(run.summary_path) == read_json(planned.summary_path)


def test_two_processes_of_one_seed_draw_otherwise_after_a_switch(tmp_path: Path) -> None:
    from tarot.training.chance import start_anew  # noqa: PLC0415 - slow

    draws = []
    for checkpoint, process in (("checkpoint-1", 0), ("checkpoint-1", 1), ("checkpoint-2", 0)):
        start_anew(42, tmp_path / checkpoint, process)
        draws.append(tuple(torch.rand(3).tolist()))
    assert len(set(draws)) == 3


@pytest.mark.soak
def test_another_split_of_the_batch_goes_on_with_the_same_completions(
    place: Place, planned: RunDirectory
) -> None:
    place.cut(planned, "split", 1)
    run = place.run("split", "hardware.per_device_batch_size=2")
    assert run_child(run) == 0
    assert compare_runs(planned, run) == RunComparison(2, None, 0.0)


@pytest.mark.soak
def test_a_run_of_two_processes_that_was_stopped_goes_on_with_one(
    place: Place, planned: RunDirectory
) -> None:
    """Its first step is that of two; the problems of all steps are those of one."""
    target = "sandbox._target_=tests.training.two_processes.OutOnRankOne"
    two = ("hardware.processes=2", "hardware.per_device_batch_size=2", target)
    run = place.run("two", *two, "sandbox.stop_at=2")
    stopped = two_processes("tarot.training", str(run.path))
    assert "exitcode: 130" in stopped.stderr
    run = place.run("two")
    assert [line["step"] for line in run.log.steps()] == [1]
    first = run.rollouts_of(1).read_bytes()
    assert run_child(run) == 0
    assert run.rollouts_of(1).read_bytes() == first
    assert drawn(run) == drawn(planned)
    (change,) = run.changes.lines()
    assert change["step"] == 1
    assert change["keys"]["hardware.processes"] == {"class": "machine", "old": 2, "new": 1}
