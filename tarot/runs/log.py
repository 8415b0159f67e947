"""`log.jsonl`: what happened in a run, as lines of JSON with the step that they belong to."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarot.runs.files import write_atomically
from tarot.runs.full_disk import full_disk_told
from tarot.types import UserError

DECISION = "decision"
"""The key of a line that holds, in place of metrics, what an on-line policy decided."""
EVALUATION = "eval"
"""The key of a line with the metrics of an evaluation while training; it has the settings of it."""


@dataclass(frozen=True, slots=True)
class StepLog:
    """The log of one run; one process appends to it."""

    path: Path

    def append(self, line: Mapping[str, Any]) -> None:
        """Add one line, which has a `step`; NaN and infinities, which JSON lacks, become null."""
        finite = {key: _finite(value) for key, value in line.items()}
        if not isinstance(finite.get("step"), int):
            raise ValueError(f"a line of the log needs a step: {line}")
        text = json.dumps(finite, sort_keys=True, ensure_ascii=False, allow_nan=False)
        with full_disk_told(self.path.parent), self.path.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")

    def lines(self) -> Iterator[dict[str, Any]]:
        """The lines in order, without a last one that was torn; UserError for another bad line."""
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        complete = content[: content.rfind(b"\n") + 1]
        for number, line in enumerate(complete.splitlines(), start=1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise UserError(f"{self.path}: line {number} is not JSON: {error}") from error

    def steps(self) -> Iterator[dict[str, Any]]:
        """The lines of training's metrics, one a step; `lines` has others between them."""
        return (line for line in self.metrics() if EVALUATION not in line)

    def evaluations(self) -> Iterator[dict[str, Any]]:
        """The lines of evaluations, each before the metrics of its step."""
        return (line for line in self.metrics() if EVALUATION in line)

    def metrics(self) -> Iterator[dict[str, Any]]:
        """The lines of steps and evaluations, in order."""
        return (line for line in self.lines() if DECISION not in line)

    def decisions(self) -> Iterator[dict[str, Any]]:
        """The lines of an on-line policy's decisions, each before the metrics of its step."""
        return (line for line in self.lines() if DECISION in line)

    def cut_back(self, step: int) -> None:
        """Remove the lines of later steps, and a last line that was torn."""
        if self.path.exists():
            kept = [line for line in self.lines() if line["step"] <= step]
            text = "".join(
                f"{json.dumps(line, sort_keys=True, ensure_ascii=False)}\n" for line in kept
            )
            write_atomically(self.path, text.encode())


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
