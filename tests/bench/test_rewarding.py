from collections.abc import Sequence
from dataclasses import replace

from tarot.bench.rewards import (
    BatchName,
    limits_of_timeouts_s,
    reward_as_published,
    reward_in_sandbox,
)
from tarot.bench.ways import Way
from tarot.bench.workload import Completion, Sort, make_batch
from tarot.config.benches import BenchBatchConfig
from tarot.types import Limits, Verdict

SMALL = BenchBatchConfig(
    num_groups=2,
    group_size=3,
    num_tests=2,
    duplicate_share=0.3,
    numpy_share=0.25,
    timeout_share=0.25,
    timeout_kind="spinning",
    cpu_s=20.0,
    wall_s=200.0,
    seed=0,
)
LIMITS = Limits(cpu_s=20.0, wall_s=200.0, memory_mb=512, output_kb=64)
SHORT = replace(LIMITS, cpu_s=0.3)


def lights(completions: Sequence[Completion]) -> list[Completion]:
    return [one for one in completions if one.sort is Sort.LIGHT]


def test_the_sandbox_runs_each_distinct_program_once_on_each_test() -> None:
    # 6 completions, 2 of them repeated (0.3 * 6 = 1.8), so 4 programs: 2 light, 1 numpy, 1 endless.
    run = reward_in_sandbox(BatchName.TIMEOUTS, make_batch(SMALL), SHORT, num_cores=1)

    assert (run.num_completions, run.num_programs, run.num_executions) == (6, 4, 8)
    assert sum(run.verdicts.values()) == 12
    assert run.verdicts[Verdict.TIME_LIMIT] >= 2
    assert run.cpu_s >= 2 * SHORT.cpu_s - 0.04


def test_the_published_way_runs_everything_and_is_scaled_from_a_part() -> None:
    completions = lights(make_batch(SMALL.model_copy(update={"num_groups": 4})))
    run = reward_as_published(BatchName.REALISTIC, completions, LIMITS, 1, Way.SUBPROCESS, every=2)

    assert run.num_completions == len(completions)
    assert run.num_measured == (len(completions) + 1) // 2
    assert run.num_executions == 2 * run.num_measured
    assert run.verdicts == {Verdict.ACCEPTED: run.num_executions}


def test_limits_are_summed_over_distinct_endless_pairs() -> None:
    # 0.25 * 4 programs never end, on 2 tests each, however often they are repeated.
    assert limits_of_timeouts_s(make_batch(SMALL), SHORT) == 2 * 0.3
    assert limits_of_timeouts_s(lights(make_batch(SMALL)), SHORT) == 0.0
