"""What a benchmark is to the rest: a file in `conf/benchmark` whose `_target_` runs it."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tarot.config.evaluation import EvaluateConfig
from tarot.evaluation.target import Target
from tarot.runs.children import Child, Children

_POLL_S = 0.2


class BenchmarkFailure(Exception):
    """A benchmark came to no score; the line says why."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A checkpoint, and the settings under which it is evaluated."""

    config: EvaluateConfig
    target: Target


@dataclass(frozen=True, slots=True)
class Measured:
    """What a benchmark found; the fields are those of `Score`."""

    metric: str
    value: float
    num_problems: int
    num_samples: int
    std_error: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    solved: Mapping[str, Sequence[float]] | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A server that was started for several benchmarks, and where it answers."""

    child: Child
    url: str


class Processes:
    """The processes of a command: those of one benchmark, and those that all benchmarks share."""

    def __init__(self, shared: Children, received: Sequence[int]) -> None:
        """Start shared ones in `shared`; `received` holds the signals that have come so far."""
        self.shared = shared
        self.services: dict[str, Service] = {}
        self._received = received

    @contextmanager
    def own(self) -> Iterator[Children]:
        """A block for the processes of one benchmark, which end with it.

        KeyboardInterrupt where a signal has ended them, or has come before.
        """
        self.check()
        with Children() as children:
            yield children
        self.check()

    def wait(self, child: Child) -> int:
        """The exit code of a child when it has ended; KeyboardInterrupt once a signal has come."""
        while True:
            self.check()
            with suppress(subprocess.TimeoutExpired):
                return child.process.wait(_POLL_S)

    def check(self) -> None:
        """KeyboardInterrupt once a signal has come."""
        if self._received:
            raise KeyboardInterrupt


class Benchmark(Protocol):
    """One benchmark with its settings; it is built before anything is checked or started."""

    def settings(self, evaluation: Evaluation) -> dict[str, Any]:
        """All that the score depends on besides the weights, as JSON; it makes the score's key."""

    def check(self, evaluation: Evaluation) -> None:
        """UserError for what would keep it from running here; it is asked before any starts."""

    def render(self, evaluation: Evaluation, folder: Path) -> str:
        """What `run` would start, as text, for a dry run; `folder` need not be there."""

    def run(self, evaluation: Evaluation, folder: Path, processes: Processes) -> Measured:
        """Run it and keep its raw output in `folder`, which is there and is its own.

        Whatever an earlier, interrupted run of the same key has left lies in `folder` still.

        Raises:
            BenchmarkFailure: where there is no score.
            UserError: for what the user has to mend.
            KeyboardInterrupt: where a signal has come.
        """
