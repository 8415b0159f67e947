"""Running programs on inputs several times over, where an outage is neither's fault."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tarot.grading.calls import calling
from tarot.grading.judge import judge
from tarot.types import Execution, Job, Limits, Program, Sandbox, StopReason, TestKind, Verdict

NUM_RUNS = 3
_MAX_DETAIL = 200


class SandboxOutage(RuntimeError):
    """The sandbox could not judge; that says nothing of a program or an input."""


@dataclass(frozen=True, slots=True)
class Trial:
    """An input, and the programs that run on it one by one; some are there several times."""

    programs: tuple[str, ...]
    stdin: bytes
    limits: Limits


def reference_trial(references: Sequence[str], kind: TestKind, stdin: str, limits: Limits) -> Trial:
    """The first of the accepted solutions three times, and then the others once each."""
    first, *others = references
    programs = (*[first] * NUM_RUNS, *others)
    is_call = kind is TestKind.FUNCTION_CALL
    run = tuple(calling(one) if is_call else one for one in programs)
    return Trial(run, stdin.encode(), limits)


def run_trials(sandbox: Sandbox, trials: Sequence[Trial]) -> list[list[Execution]]:
    """The executions of each trial, all by one batch; raises SandboxOutage where one is lost."""
    jobs = [Job(Program(one), t.stdin, t.limits) for t in trials for one in t.programs]
    executions = sandbox.run(jobs) if jobs else []
    num_lost = sum(one.stopped_by is StopReason.INFRASTRUCTURE for one in executions)
    if num_lost:
        raise SandboxOutage(
            f"sandbox: {num_lost} of {len(jobs)} executions could not be judged; see the log"
        )
    return list(_shared_out(executions, [len(trial.programs) for trial in trials]))


def ending(execution: Execution) -> Verdict:
    """How a program ended, whatever it printed; ACCEPTED for a good end."""
    return judge(execution, b"", lambda output, expected: True)


def detail_of(execution: Execution, verdict: Verdict) -> str:
    """How it ended in one line, with what it said last."""
    said = execution.stderr.decode(errors="replace").strip().splitlines()
    last = f", {said[-1].strip()}" if said and verdict is Verdict.RUNTIME_ERROR else ""
    return f"{verdict}{last}"[:_MAX_DETAIL]


def _shared_out(
    executions: Sequence[Execution], numbers: Sequence[int]
) -> Iterator[list[Execution]]:
    remaining = iter(executions)
    for number in numbers:
        yield list(islice(remaining, number))
