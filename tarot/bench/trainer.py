"""What our trainer costs: runs of ours and of TRL's trainer alone, side by side and in turns.

Each run is a child of its own with the same config. What is compared are whole steps, from the
second, after everything is loaded and warm, to the last. The two runs of a pair are there at once
and take their steps in turns; where vLLM holds a GPU's memory, one run follows the other.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import Any

from tarot.bench.requirements import Bound, Requirement
from tarot.bench.stepping import Note, read_notes
from tarot.bench.turns import STDOUT_LOG
from tarot.config.targets import build
from tarot.runs import RunDirectory, prepare
from tarot.runs.child import TRAINING, child_of
from tarot.runs.exits import Exit, check_child
from tarot.types import Launcher, Outcome, Run, RunState

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
    """A run of each side, step by step in turns or one right after the other."""

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
    """Pair after pair, which of the two is first turned round each time; runs stay in `folder`.

    Raises:
        UserError: for what a run refuses.
        ChildFailure: if a run fails otherwise.
        KeyboardInterrupt: if it was stopped.
    """
    launcher: Launcher = build("launcher", config["launcher"])
    for number in range(num_pairs):
        runs = {
            side: _prepared(config, data_fingerprint, folder / f"{number + 1}-{side.name.lower()}")
            for side in turn(number)
        }
        announce(f"pair {number + 1} of {num_pairs}")
        for launch in _launches(runs, in_turns=config["hardware"]["vllm"] is None):
            _check(launch.name, launcher.launch(launch.run))
        yield Pair(_steps(runs[Side.OURS]), _steps(runs[Side.BARE]))


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


@dataclass(frozen=True, slots=True)
class _Launch:
    """What a launcher is to start, under the name that a failure is told by."""

    name: str
    run: Run


def _prepared(config: Mapping[str, Any], data_fingerprint: str, path: Path) -> RunDirectory:
    reward = {**config["reward"], "notes": str(_notes_of(path))}
    return prepare({**config, "run_dir": str(path), "reward": reward}, data_fingerprint)


def _launches(runs: Mapping[Side, RunDirectory], *, in_turns: bool) -> Iterator[_Launch]:
    """One for both runs, or one for each, the first first."""
    if in_turns:
        told = [word for side, run in runs.items() for word in (side.module, str(run.path))]
        command = (sys.executable, "-m", "tarot.bench.turns", *told)
        yield _Launch("one of the two runs", Run(str(runs[Side.OURS].path), command))
        return
    for side, run in runs.items():
        path, command = str(run.path), child_of(run.path, side.module).command
        yield _Launch(f"a run of {side}", Run(path, ("sh", "-c", _QUIET, path, *command)))


def _notes_of(path: Path) -> Path:
    return path / "notes.jsonl"


def _steps(run: RunDirectory) -> Steps:
    notes = read_notes(_notes_of(run.path))
    return compared(notes, _tokens_by_step(run, notes))


def _tokens_by_step(run: RunDirectory, notes: Mapping[int, Note]) -> dict[int, int]:
    """Tokens of the completions, from what TRL logs of each step on either side."""
    lengths = {line["step"]: line["completions/mean_length"] for line in run.log.steps()}
    return {step: round(lengths[step] * note.num_completions) for step, note in notes.items()}


def _check(name: str, outcome: Outcome) -> None:
    match outcome.state:
        case RunState.FINISHED:
            code: int = Exit.OK
        case RunState.INTERRUPTED:
            code = Exit.INTERRUPTED
        case _:
            code = outcome.exit_code or Exit.FAILED
    check_child(name, code, outcome.detail)
