"""The resolved config of `tarot bench` as types."""

from typing import Literal

from pydantic import NonNegativeInt, PositiveFloat, PositiveInt

from tarot.config.schema import GradingConfig, Node, Share
from tarot.config.strict import Strict


class BenchBatchConfig(Strict):
    """A batch to reward: `num_groups` problems, `group_size` completions of each.

    `duplicate_share` of the completions repeat another of their group; the other shares are of
    the distinct programs. `cpu_s` and `wall_s` are the limits of one test.
    """

    num_groups: PositiveInt
    group_size: PositiveInt
    num_tests: PositiveInt
    duplicate_share: Share
    numpy_share: Share
    timeout_share: Share
    timeout_kind: Literal["spinning", "sleeping"]
    cpu_s: PositiveFloat
    wall_s: PositiveFloat
    seed: int


class BenchTimeoutsConfig(Strict):
    """What the batch with time-outs has otherwise."""

    timeout_share: Share
    cpu_s: PositiveFloat
    wall_s: PositiveFloat


class BenchFairnessConfig(Strict):
    """How many right programs run at once, the CPU time that each takes, and their limits."""

    num_programs_per_core: PositiveInt
    program_cpu_s: PositiveFloat
    cpu_s: PositiveFloat
    wall_s: PositiveFloat


class BenchAuditConfig(Strict):
    """How many light problems of how many tests to audit, and how thoroughly.

    Each of `num_baseline_runs` is a reference on a test by `python -c`, one after the other.
    """

    what: Literal["audit"]
    num_problems: PositiveInt
    num_tests: PositiveInt
    num_baseline_runs: PositiveInt
    runs: PositiveInt
    mutants: NonNegativeInt
    mutant_time_factor: PositiveFloat
    seed: int
    grading: GradingConfig
    sandbox: Node
    out: str | None


class BenchConfig(Strict):
    """What to measure, how often, on how many cores, and where the figures go.

    The other ways than the sandbox run each program `num_baseline_runs` times and reward every
    `baseline_every`-th completion of the batch.
    """

    what: Literal["sandbox"]
    num_runs: PositiveInt
    num_baseline_runs: PositiveInt
    baseline_every: PositiveInt
    cores: list[PositiveInt] | None
    batch: BenchBatchConfig
    timeouts: BenchTimeoutsConfig
    fairness: BenchFairnessConfig
    out: str | None


class BenchHostedConfig(Strict):
    """A hosted sandbox, what it is set beside, a small batch, and where the figures go."""

    what: Literal["hosted"]
    num_round_trips: PositiveInt
    batch: BenchBatchConfig
    sandbox: Node
    beside: Node
    out: str | None
