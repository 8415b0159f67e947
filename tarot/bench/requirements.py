"""The ratios that the sandbox is held to, from the figures of one run of the bench."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tarot.bench.anatomy import Anatomy
from tarot.bench.fairness import FairnessRun
from tarot.bench.programs import NUMPY, TRIVIAL, ProgramRuns
from tarot.bench.rewards import BatchName, BatchRun
from tarot.bench.ways import Way


class Bound(StrEnum):
    """The side on which a figure has to lie."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A figure and what it has to be; without a bound it is there to compare with.

    `by_cpu` is the same ratio of CPU times, for a throughput.
    """

    name: str
    num_cores: int
    figure: float
    by_cpu: float | None = None
    bound: Bound | None = None
    required: float | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the figure is on the right side; None without a bound."""
        if self.required is None:
            return None
        if self.bound is Bound.AT_LEAST:
            return self.figure >= self.required
        return self.figure <= self.required


def bare_fork_requirement(anatomy: Anatomy) -> Requirement:
    """What a trivial run costs, in bare forks."""
    figure = anatomy.total_ms / anatomy.bare_fork.total_ms
    return Requirement("trivial: CPU over a bare fork", 1, figure, None, Bound.AT_MOST, 4.0)


def program_requirements(runs: Sequence[ProgramRuns]) -> Iterator[Requirement]:
    """Rates over the published way's."""
    required = {TRIVIAL.name: 3.0, NUMPY.name: 10.0}
    published = {one.program: one for one in runs if one.way is Way.SUBPROCESS}
    for one in runs:
        if one.way is Way.SANDBOX:
            other = published[one.program]
            least = required.get(one.program)
            yield Requirement(
                name=f"{one.program}: throughput over {other.way}",
                num_cores=one.num_cores,
                figure=one.runs_per_s / other.runs_per_s,
                by_cpu=other.cpu_ms / one.cpu_ms,
                bound=None if least is None else Bound.AT_LEAST,
                required=least,
            )


def batch_requirements(runs: Sequence[BatchRun]) -> Iterator[Requirement]:
    """Rates over the published way's, for the batch and for the one without duplicates."""
    published = {one.batch: one for one in runs if one.way is Way.SUBPROCESS}
    for one in runs:
        if one.way is Way.SANDBOX:
            other = published[one.batch]
            least = 6.0 if one.batch is BatchName.REALISTIC else None
            yield Requirement(
                name=f"{one.batch} batch: throughput over {other.way}",
                num_cores=one.num_cores,
                figure=other.wall_s / one.wall_s,
                by_cpu=other.cpu_s / one.cpu_s,
                bound=None if least is None else Bound.AT_LEAST,
                required=least,
            )


def audit_requirement(figure: float, by_cpu: float, num_cores: int) -> Requirement:
    """The rate of an audit's runs, over that of runs one at a time in the published way."""
    name = f"audit: runs/s over {Way.SUBPROCESS}, one at a time"
    return Requirement(name, num_cores, figure, by_cpu, Bound.AT_LEAST, 10.0)


def timeout_requirement(whole: BatchRun, rest: BatchRun, limits_s: float) -> Requirement:
    """CPU time of a batch with spinning time-outs, over what cannot be helped.

    `limits_s` is the sum of the limits of the distinct (program, test) pairs that never end.
    """
    figure = whole.cpu_s / (limits_s + rest.cpu_s)
    name = "time-outs: CPU over their limits and the rest of the batch"
    return Requirement(name, whole.num_cores, figure, None, Bound.AT_MOST, 1.15)


def fairness_requirement(run: FairnessRun) -> Requirement:
    """No right program is failed for time."""
    name = f"{run.num_programs} right programs at once: false time-outs"
    return Requirement(name, run.num_cores, run.num_false_timeouts, None, Bound.AT_MOST, 0.0)
