"""Runs whose curriculum decides on line: each decision is logged; a resumed run decides alike."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rewards.tiered import TieredReward
from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.cli.planning import plan_run
from tarot.runs import RunDirectory, prepare, read_json
from tarot.runs.comparison import RunComparison, compare_runs
from tarot.runs.rollouts import read_rollouts
from tarot.types import GradedCompletion, RewardValue, Tier
from tests.sampling.parrot import save_parrot
from tests.training.in_process import run_child

pytestmark = pytest.mark.e2e

NUM_STEPS = 8
OF_THE_CLOCK = {"step_time", "sandbox/latency_p50", "sandbox/latency_p99", "sandbox/queue"}
# The model prints 7 or 8: it passes basic and intermediate, in half of its answers, never edge.
ANSWERS = {"basic": "7", "intermediate": "8", "edge": "9"}
CURRICULA = {
    "bandit": ("dwell=1", "window=1", "epsilon=0.5"),
    # A twentieth of evidence, so that few groups are enough for it.
    "mastery": (
        "stages=[{allocation: {basic: 1}}, {allocation: {edge: 1}}]",
        *("level=0.3", "collapse=0.25", "alpha=0.95", "min_steps=1"),
    ),
}


class FaultyReward(TieredReward):
    """Dies in one step, after its programs were judged, unless it did so before."""

    def __init__(self, dies_in: int, traces: str, **settings: Any) -> None:
        super().__init__(**settings)
        self._dies_in = dies_in
        self._trace = Path(traces) / f"died-in-{dies_in}"

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        if completions[0].step == self._dies_in and not self._trace.exists():
            self._trace.touch()
            raise RuntimeError("a fault")
        return super().__call__(completions)


@dataclass(frozen=True)
class Pair:
    """The same run without a break, and with a fault in step 6 after a checkpoint at step 4."""

    whole: RunDirectory
    resumed: RunDirectory
    steps_when_stopped: list[int]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("online")
    save_parrot(folder / "model", "print(7)", "print(8)")
    tests = [{"stdin": "", "expected": text, "tier": tier} for tier, text in ANSWERS.items()]
    rows = [{"id": f"p{n}", "statement": f"{n}", "tests": tests} for n in range(6)]
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


def prepared(folder: Path, name: str, curriculum: str, dies_in: int) -> RunDirectory:
    settings = (
        *("+experiment=tiny", f"curriculum={curriculum}", f"run_dir={folder / name}"),
        *(f"curriculum.{setting}" for setting in CURRICULA[curriculum]),
        *("data=jsonl", f"data.path={folder / 'data.jsonl'}", f"trainer.max_steps={NUM_STEPS}"),
        *("data.dev_share=0.0", "data.test_share=0.0", "trainer.learning_rate=1e-3"),
        *("model.source=hub", f"model.id={folder / 'model'}", "trainer.save_steps=2"),
        *("num_generations=4", "hardware.per_device_batch_size=8"),
        f"reward._target_={__name__}.FaultyReward",
        *(f"reward.dies_in={dies_in}", f"reward.traces={folder / name}"),
    )
    (job,) = compose("train", settings)
    planned = plan_run(job.config)
    return prepare(planned.config, planned.data_fingerprint)


@pytest.fixture(scope="module", params=CURRICULA)
def pair(model: Path, request: pytest.FixtureRequest) -> Pair:
    whole = prepared(model, f"whole-{request.param}", request.param, dies_in=0)
    assert run_child(whole) == 0
    resumed = prepared(model, f"resumed-{request.param}", request.param, dies_in=6)
    assert run_child(resumed) == 2
    steps = [line["step"] for line in resumed.log.lines()]
    assert run_child(resumed) == 0
    return Pair(whole, resumed, steps)


def test_every_decision_is_a_line_and_its_weights_hold_from_the_next_step(pair: Pair) -> None:
    decided = {line["step"]: line["decision"] for line in pair.whole.log.decisions()}
    in_force = {row.step: dict(row.weights.weights) for row in read_rollouts(pair.whole)}
    assert len(decided) >= 2
    assert [line["step"] for line in pair.whole.log.steps()] == list(range(1, NUM_STEPS + 1))
    for step in range(1, NUM_STEPS):
        if step in decided:
            named = {Tier(name): weight for name, weight in decided[step]["weights"].items()}
            assert in_force[step + 1] == named
        else:
            assert in_force[step + 1] == in_force[step]


def test_mastery_advances_on_what_is_passed_and_falls_back_from_what_is_not(pair: Pair) -> None:
    actions = [line["decision"]["action"] for line in pair.whole.log.decisions()]
    if "mastery" in pair.whole.path.name:
        assert actions[:2] == ["advance", "fall_back"]
    else:
        assert all(action.startswith("pick_") for action in actions)
        assert len(actions) == NUM_STEPS


def test_a_run_that_died_goes_on_and_decides_alike(pair: Pair) -> None:
    assert max(pair.steps_when_stopped) == 5
    assert list(pair.resumed.log.decisions()) == list(pair.whole.log.decisions())
    assert lines(pair.resumed) == lines(pair.whole)
    comparison = compare_runs(pair.whole, pair.resumed)
    assert comparison == RunComparison(NUM_STEPS, None, 0.0)


def lines(run: RunDirectory) -> list[dict[str, Any]]:
    return [{key: line[key] for key in line.keys() - OF_THE_CLOCK} for line in run.log.lines()]


def test_the_rewards_of_the_run_come_back_to_the_bit_and_no_policy_is_its_own(pair: Pair) -> None:
    out = pair.whole.path / "rescored"
    assert main(["rescore", f"run={pair.whole.path}", f"out={out}"]) == 0
    plain = read_json(out / "rescored.json")
    assert plain["original"]["policy"] == "as logged"
    assert plain["num_reproduced"] == plain["num_rollouts"] == 8 * NUM_STEPS
    assert not {one["policy"] for one in plain["policies"]} & CURRICULA.keys()


def test_a_checkpoint_holds_the_state_of_its_step(pair: Pair) -> None:
    for step in (6, 8):
        states = [
            read_json(run.checkpoints_path / f"checkpoint-{step}" / "curriculum.json")
            for run in (pair.whole, pair.resumed)
        ]
        assert states[0] == states[1]
        assert states[0]["last_step"] == step
