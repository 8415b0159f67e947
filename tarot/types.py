"""The words of the project as types; everything above this module speaks in them.

It imports nothing of the project, and nothing heavier than the standard library.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

CODE = "code"
"""The name of a reward's part that the verdicts make, under the weights of the curriculum."""


class UserError(Exception):
    """Bad input: one line that names the key or the file and says what to do (exit code 2)."""


class Tier(StrEnum):
    """A level of a problem's test suite, from the happy path to the extremes."""

    BASIC = "basic"
    INTERMEDIATE = "intermediate"
    COMPLEX = "complex"
    EDGE = "edge"


class WithinTier(StrEnum):
    """What a tier with several tests gives: the share that passes, or 1 only if all do."""

    MEAN = "mean"
    ALL = "all"


class TestKind(StrEnum):
    """How a test feeds the program and what of it is compared."""

    __test__ = False

    STDIN_STDOUT = "stdin_stdout"
    FUNCTION_CALL = "function_call"


@dataclass(frozen=True, slots=True)
class TestCase:
    """One test of a suite; `tier` is None for a test that no curriculum counts.

    Of a function call, `stdin` is the call with literals, as in `add(1, [2])` or
    `sorted(add(1, [2]))`, and `expected` the literal of its value. `checker` is "float" for a
    tolerance, or the source of a program that accepts or refuses an output.
    """

    __test__ = False

    stdin: str
    expected: str
    tier: Tier | None
    kind: TestKind = TestKind.STDIN_STDOUT
    checker: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A coding problem with its test suite and, where there is one, a reference solution.

    `family` names the generator of a starter problem and is None for other data.
    """

    id: str
    statement: str
    tests: tuple[TestCase, ...]
    reference: str | None = None
    family: str | None = None
    within_tier: WithinTier = WithinTier.MEAN


@dataclass(frozen=True, slots=True)
class Program:
    """Python source, extracted from a completion or taken from a reference solution."""

    source: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What one execution may use; wall time lies well above CPU time, for loaded machines."""

    cpu_s: float
    wall_s: float
    memory_mb: int
    output_kb: int


@dataclass(frozen=True, slots=True)
class Job:
    """One program to run once on one input."""

    program: Program
    stdin: bytes
    limits: Limits


class StopReason(StrEnum):
    """Why the sandbox ended a program that had not ended by itself."""

    TIME = "time"
    MEMORY = "memory"
    OUTPUT = "output"
    SECURITY = "security"
    INFRASTRUCTURE = "infrastructure"


@dataclass(frozen=True, slots=True)
class Execution:
    """What happened when a job ran.

    `exit_code` is negative for death by a signal and None where the sandbox has none to give;
    `stopped_by` is None when the program ended by itself. A sandbox may say how long the job
    waited in its batch for a slot, and how often it was tried; `queued_s` is None where it doesn't.
    """

    stdout: bytes
    stderr: bytes
    exit_code: int | None
    cpu_s: float
    wall_s: float
    peak_mb: float
    stopped_by: StopReason | None = None
    queued_s: float | None = None
    num_attempts: int = 1


class Sandbox(Protocol):
    """Runs programs; it never sees an expected output."""

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, in order; never raises for a program or for an outage."""

    def close(self) -> None:
        """Release processes and files; idempotent."""


class Verdict(StrEnum):
    """The judgement of one test."""

    ACCEPTED = "accepted"
    WRONG_ANSWER = "wrong_answer"
    RUNTIME_ERROR = "runtime_error"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    SECURITY = "security"
    NO_CODE = "no_code"
    INFRASTRUCTURE = "infrastructure"


@dataclass(frozen=True, slots=True)
class TestResult:
    """The verdict of one test and what it took."""

    __test__ = False

    tier: Tier | None
    verdict: Verdict
    cpu_s: float = 0.0
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Grade:
    """A completion's program and the verdict of every test of its problem, in suite order."""

    program: Program | None
    results: tuple[TestResult, ...]
    within_tier: WithinTier = WithinTier.MEAN

    @property
    def is_judged(self) -> bool:
        """Whether no test was lost to the infrastructure."""
        return all(result.verdict is not Verdict.INFRASTRUCTURE for result in self.results)

    def passes(self) -> dict[Tier, float]:
        """What each tier gives, the share of accepted tests or 1 only for all of them.

        Tiers without a test are absent.
        """
        shares: dict[Tier, float] = {}
        for tier in Tier:
            verdicts = [result.verdict for result in self.results if result.tier is tier]
            if verdicts:
                shares[tier] = sum(v is Verdict.ACCEPTED for v in verdicts) / len(verdicts)
        if self.within_tier is WithinTier.ALL:
            return {tier: float(share == 1) for tier, share in shares.items()}
        return shares


@dataclass(frozen=True, slots=True)
class TierWeights:
    """Allocation times weight per active tier at one moment of training.

    With `all_must_pass` the code reward is all or nothing over the active tiers.
    """

    weights: Mapping[Tier, float]
    all_must_pass: bool = False


class Policy(Protocol):
    """A curriculum: a pure function of progress in [0, 1], without state."""

    def at(self, progress: float) -> TierWeights:
        """The weights in force at `progress`: steps done / steps planned, at most 1."""


@dataclass(frozen=True, slots=True)
class GradedCompletion:
    """One completion as a reward sees it.

    `group` numbers the prompt's group within the step; `step` is the optimizer step for which
    the completion was generated, and `weights` are the policy's at that step.
    """

    completion: str
    problem_id: str
    grade: Grade
    weights: TierWeights
    step: int
    group: int


@dataclass(frozen=True, slots=True)
class RewardValue:
    """The reward of one completion and the unweighted parts that it is summed from."""

    total: float
    parts: Mapping[str, float] = field(default_factory=dict)


class Reward(Protocol):
    """Turns graded completions into rewards; None leaves a completion out of training.

    `part_names` are the keys of every value's parts; they fix the keys of the metrics. A reward
    may also say how its parts are aggregated: see `tarot.curriculum.AggregatedReward`; and by a
    number `timeout_s` how long it may have one completion in hand.
    """

    @property
    def part_names(self) -> tuple[str, ...]:
        """The parts of every value, in a fixed order."""

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        """One value per completion, in order.

        None where the grade is not judged, or no tier of the problem counts at the moment.
        """


class RunState(StrEnum):
    """How the launch of a run ended."""

    FINISHED = "finished"
    FAILED = "failed"
    SUBMITTED = "submitted"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a launcher reports; `detail` is the cause of a failure or the id of a job.

    `exit_code` is the child's, None where there is none.
    """

    state: RunState
    detail: str = ""
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run directory that holds a resolved `config.json`."""

    directory: str
    command: tuple[str, ...]


class Launcher(Protocol):
    """Starts the child process of a run and says how it ended."""

    def launch(self, run: Run) -> Outcome:
        """Start `run.command` for `run.directory`; never raises for a failing child."""

    def render(self, run: Run, config: Mapping[str, Any]) -> str:
        """What `launch` would start, as text; the directory need not be there.

        UserError for a config that it can't start.
        """
