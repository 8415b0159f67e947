"""Ours and TRL alone take the same steps, so that their times can be compared."""

from pathlib import Path

import pytest

from tarot.bench.trainer import Pair, measure_pairs
from tarot.cli.composition import compose
from tarot.cli.planning import plan_run
from tarot.runs import RunDirectory
from tarot.runs.rollouts import read_rollouts

pytestmark = pytest.mark.e2e

NUM_STEPS, NUM_COMPLETIONS, MAX_TOKENS = 3, 8, 12
TINY = (
    "+experiment=bench",
    f"trainer.max_steps={NUM_STEPS}",
    f"trainer.max_completion_length={MAX_TOKENS}",
    "trainer.learning_rate=1e-2",  # so that different updates would show in what is drawn
    "num_generations=4",
    f"hardware.per_device_batch_size={NUM_COMPLETIONS // 2}",
    "hardware.threads=1",
    "data.num_problems=4",
    "data.num_held_out=2",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def pair(folder: Path) -> Pair:
    (job,) = compose("bench_trainer", TINY)
    own = ("what", "pairs", "out")
    planned = plan_run({key: job.config[key] for key in job.config if key not in own})
    measured = measure_pairs(planned.config, planned.data_fingerprint, folder, 1, lambda _: None)
    (found,) = measured
    return found


def test_both_take_the_same_steps(pair: Pair) -> None:
    assert pair.is_same_work
    for side in (pair.ours, pair.bare):
        assert list(side.digests) == [1, 2, 3]
        assert side.num_completions == NUM_STEPS * NUM_COMPLETIONS
        assert side.num_steps == 1
        assert side.wall_s > 0
        assert side.cpu_s > 0
    assert len(set(pair.ours.digests.values())) == NUM_STEPS


def test_tokens_are_those_of_the_rollouts(pair: Pair, folder: Path) -> None:
    rollouts = list(read_rollouts(RunDirectory.open(folder / "1-ours")))

    tokens = dict.fromkeys(range(1, NUM_STEPS + 1), 0)
    for rollout in rollouts:
        tokens[rollout.step] += rollout.num_tokens or 0
    assert pair.bare.tokens_by_step == tokens
    assert 0 < sum(tokens.values()) <= len(rollouts) * MAX_TOKENS


def test_trl_alone_records_nothing(pair: Pair, folder: Path) -> None:
    left = {path.name for path in (folder / "1-bare").iterdir()}
    assert pair.bare.num_completions == NUM_STEPS * NUM_COMPLETIONS
    assert {"notes.jsonl", "log.jsonl", "config.json", "stdout.log"} <= left
    assert left.isdisjoint({"rollouts", "outcomes", "summary.json"})
