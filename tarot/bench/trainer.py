"""What our trainer costs: runs of ours and of TRL's trainer alone, side by side and in turns.

Each run is a child of its own with the same config. What is compared are whole steps, from the
second, after everything is loaded and warm, to the last.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import Any

from tarot.bench.requirements import Bound, Requirement
from tarot.bench.stepping import Note, read_notes
from tarot.config.targets import build
from tarot.runs import RunDirectory, prepare
from tarot.runs.child import TRAINING, child_of
from tarot.runs.exits import Exit, check_child
from tarot.types import Launcher, Outcome, Run, RunState

STDOUT_LOG = "stdout.log"
MIN_STEPS = 3
_FIRST_STEP = MIN_STEPS - 1
_REQUIRED = 0.97
_QUIET = f'exec "$@" > "$0/{STDOUT_LOG}"'


class Side(StrEnum):
    """Who trains."""

    OURS = "ours"
    BARE = "TRL alone"

    @property
    def module(self) -> str:
        """What the interpreter runs, with the run's directory."""
        return TRAINING if self is Side.OURS else "tarot.training.bare"


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one run that are compared, and what they took.

    A step's part before its reward is counted with the step before it. `digests` and
    `tokens_by_step` are of the completions of every step, the first too.
    """

    num_steps: int
    num_completions: int
    wall_s: float
    cpu_s: float
    digests: dict[int, int]
    tokens_by_step: dict[int, int]

    @property
    def steps_per_minute(self) -> float:
        """By the wall clock."""
        return 60 * self.num_steps / self.wall_s

    @property
    def tokens_per_s(self) -> float:
        """Completion tokens, by the wall clock."""
        compared = [self.tokens_by_step[step] for step in self.digests if step > _FIRST_STEP]
        return sum(compared) / self.wall_s

    @property
    def cpu_s_per_step(self) -> float:
        """Of the process and of what it reaped."""
        return self.cpu_s / self.num_steps


@dataclass(frozen=True, slots=True)
class Pair:
    """A run of each side, one right after the other."""

    ours: Steps
    bare: Steps

    @property
    def throughput_ratio(self) -> float:
        """Our steps a minute over the baseline's."""
        return self.ours.steps_per_minute / self.bare.steps_per_minute

    @property
    def cpu_ratio(self) -> float:
        """The baseline's CPU time a step over ours."""
        return self.bare.cpu_s_per_step / self.ours.cpu_s_per_step

    @property
    def is_same_work(self) -> bool:
        """Whether both drew the same completions, text by text and as many tokens, in each step."""
        return (
            self.ours.digests == self.bare.digests
            and self.ours.tokens_by_step == self.bare.tokens_by_step
        )


def measure_pairs(
    config: Mapping[str, Any],
    data_fingerprint: str,
    folder: Path,
    num_pairs: int,
    announce: Callable[[str], None],
) -> Iterator[Pair]:
    """Pair after pair, the order within turned round each time; runs are left in `folder`.

    Raises:
        UserError: for what a run refuses.
        ChildFailure: if a run fails otherwise.
        KeyboardInterrupt: if it was stopped.
    """
    for number in range(num_pairs):
        steps: dict[Side, Steps] = {}
        for side in turn(number):
            announce(f"pair {number + 1} of {num_pairs}: {side}")
            path = folder / f"{number + 1}-{side.name.lower()}"
            steps[side] = _steps_of(side, config, data_fingerprint, path)
        yield Pair(steps[Side.OURS], steps[Side.BARE])


def turn(number: int) -> tuple[Side, ...]:
    """The order of a pair, counted from 0: A B, B A, A B and so on."""
    sides = tuple(Side)
    return sides if number % 2 == 0 else sides[::-1]


def compared(notes: Mapping[int, Note], tokens_by_step: Mapping[int, int]) -> Steps:
    """The steps between the second's reward and the last's, of at least three."""
    first, last = notes[_FIRST_STEP], notes[max(notes)]
    return Steps(
        num_steps=last.step - first.step,
        num_completions=sum(note.num_completions for note in notes.values()),
        wall_s=last.wall_s - first.wall_s,
        cpu_s=last.cpu_s - first.cpu_s,
        digests={step: note.digest for step, note in notes.items()},
        tokens_by_step=dict(tokens_by_step),
    )


def trainer_requirement(pairs: Sequence[Pair], num_threads: int) -> Requirement:
    """What is left of the baseline's throughput, in the median of the pairs."""
    return Requirement(
        name=f"steps a minute over {Side.BARE}",
        num_cores=num_threads,
        figure=median(pair.throughput_ratio for pair in pairs),
        by_cpu=median(pair.cpu_ratio for pair in pairs),
        bound=Bound.AT_LEAST,
        required=_REQUIRED,
    )


def _steps_of(side: Side, config: Mapping[str, Any], data_fingerprint: str, path: Path) -> Steps:
    file = path / "notes.jsonl"
    reward = {**config["reward"], "notes": str(file)}
    run = prepare({**config, "run_dir": str(path), "reward": reward}, data_fingerprint)
    launcher: Launcher = build("launcher", config["launcher"])
    command = child_of(path, side.module).command
    _check(side, launcher.launch(Run(str(path), ("sh", "-c", _QUIET, str(path), *command))))
    notes = read_notes(file)
    return compared(notes, _tokens_by_step(run, notes))


def _tokens_by_step(run: RunDirectory, notes: Mapping[int, Note]) -> dict[int, int]:
    """Tokens of the completions, from what TRL logs of each step on either side."""
    lengths = {line["step"]: line["completions/mean_length"] for line in run.log.steps()}
    return {step: round(lengths[step] * note.num_completions) for step, note in notes.items()}


def _check(side: Side, outcome: Outcome) -> None:
    match outcome.state:
        case RunState.FINISHED:
            code: int = Exit.OK
        case RunState.INTERRUPTED:
            code = Exit.INTERRUPTED
        case _:
            code = outcome.exit_code or Exit.FAILED
    check_child(f"a run of {side}", code, outcome.detail)
