"""What tests of `sandbox=e2b` share: jobs with known outputs, and ways to look at what became."""

from collections.abc import Sequence
from typing import Any

from tarot.grading.judge import judge
from tarot.types import Execution, Job, Limits, Program, Verdict

LIMITS = Limits(cpu_s=5.0, wall_s=20.0, memory_mb=256, output_kb=256)


def job(source: str, stdin: str = "", limits: Limits = LIMITS) -> Job:
    return Job(Program(source), stdin.encode(), limits)


def adding(num_jobs: int) -> list[Job]:
    """Programs that add one to their number."""
    return [job("print(int(input()) + 1)", f"{number}\n") for number in range(num_jobs)]


def wrongly_added(executions: Sequence[Execution]) -> list[tuple[int, Any]]:
    """The numbers of those that did not come back right."""
    return [
        (number, execution)
        for number, execution in enumerate(executions)
        if judge(execution, f"{number + 1}\n") is not Verdict.ACCEPTED
    ]
