"""The resolved configs of the verbs that look at programs and data before anything trains."""

from typing import Literal

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from tarot.config.schema import (
    GradingConfig,
    LimitsConfig,
    ModelConfig,
    Node,
    PromptConfig,
    RunConfig,
    Share,
)
from tarot.config.strict import Strict


class JudgeConfig(Strict):
    """A file to judge, and where its verdicts go; None stands for stdout."""

    file: str
    out: str | None
    grading: GradingConfig
    sandbox: Node


class ConformanceConfig(Strict):
    """What to try on a sandbox: rows of a file, or the package's own where there is none.

    With `remove_orphans` nothing is tried; what earlier processes left running is ended.
    """

    file: str | None
    out: str | None
    remove_orphans: bool
    limits: LimitsConfig
    sandbox: Node


class DataConfig(Strict):
    """A data set to check, what to hold it against, and where the findings go."""

    data: Node
    model: ModelConfig
    prompt: PromptConfig
    max_prompt_tokens: PositiveInt
    execute: bool
    benchmarks: list[str]
    out: str | None
    clean: str | None
    grading: GradingConfig
    sandbox: Node


class TryConfig(Strict):
    """Completions to reward as a run would at `progress`, and of which problem they are.

    `model` and `seed` are there for what other nodes take from them.
    """

    problem: int | str
    completion: str | list[str] | None
    progress: Share
    timeout_s: PositiveFloat
    slow_s: PositiveFloat
    seed: int
    data: Node
    model: Node
    prompt: PromptConfig
    curriculum: Node
    reward: Node
    grading: GradingConfig
    sandbox: Node


class EffortConfig(Strict):
    """How much an audit runs: see `tarot.audit.measured.Effort`."""

    runs: PositiveInt
    mutants: NonNegativeInt
    mutant_time_factor: PositiveFloat
    min_time_margin: NonNegativeFloat


class AuditConfig(EffortConfig):
    """A data set whose suites are measured, how thoroughly, and where the results go.

    `drop` names the findings for which a row is left out of the cleaned data set.
    """

    data: Node
    seed: int
    benchmarks: list[str]
    drop: list[str]
    out: str | None
    grading: GradingConfig
    sandbox: Node


class ProbeRunConfig(RunConfig):
    """A run to probe for, and where the problems go that its filter keeps; None is nowhere."""

    out: str | None


class BenchTrainerConfig(RunConfig):
    """A run to measure beside TRL alone, how many of each side, and a file for the figures."""

    what: Literal["trainer"]
    pairs: PositiveInt
    out: str | None
