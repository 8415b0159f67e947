"""Whether right programs are failed for the load that they put on the machine together.

Many times more programs than cores run at once, each of which computes for a known CPU time that
lies within its limit and then prints the right answer.
"""

from collections import Counter
from dataclasses import dataclass

from tarot.bench.clock import Stopwatch
from tarot.bench.ways import Way
from tarot.config.benches import BenchFairnessConfig
from tarot.grading.judge import judge
from tarot.types import Job, Limits, Program, Verdict

_ANSWER = "42"
_BURNER = """\
import time
while time.process_time() < {cpu_s}:
    pass
print({answer})
"""


@dataclass(frozen=True, slots=True)
class FairnessRun:
    """`num_programs` right programs at once, and their verdicts."""

    way: Way
    num_cores: int
    num_programs: int
    wall_s: float
    cpu_s: float
    verdicts: dict[Verdict, int]

    @property
    def num_false_timeouts(self) -> int:
        """How many right programs came back as too slow."""
        return self.verdicts.get(Verdict.TIME_LIMIT, 0)


def burner(cpu_s: float) -> Program:
    """A right program that takes `cpu_s` of CPU time."""
    return Program(_BURNER.format(cpu_s=cpu_s, answer=_ANSWER))


def measure_fairness(config: BenchFairnessConfig, num_cores: int, way: Way) -> FairnessRun:
    """Run them all at once."""
    num_programs = config.num_programs_per_core * num_cores
    limits = Limits(config.cpu_s, config.wall_s, memory_mb=256, output_kb=64)
    programs = [burner(0.0), burner(config.program_cpu_s)]
    warm_up, jobs = ([Job(program, b"", limits)] * num_programs for program in programs)
    with way.opened(num_programs) as sandbox:
        sandbox.run(warm_up)
        with Stopwatch() as watch:
            executions = sandbox.run(jobs)
    verdicts = Counter(judge(execution, _ANSWER) for execution in executions)
    return FairnessRun(
        way=way,
        num_cores=num_cores,
        num_programs=num_programs,
        wall_s=watch.usage.wall_s,
        cpu_s=watch.usage.cpu_s,
        verdicts=dict(sorted(verdicts.items())),
    )
