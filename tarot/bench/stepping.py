"""A reward that judges nothing and notes when it is asked: the same one for every side of a bench.

It is asked once a batch, after generation, so from its note in one step to its note in another
lie whole steps, whoever trains.
"""

import json
import resource
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tarot.bench.turns import Turn
from tarot.types import Execution, GradedCompletion, Job, RewardValue

_ANSWER = b"42\n"
_ANSWERED = Execution(_ANSWER, b"", 0, cpu_s=0.0, wall_s=0.0, peak_mb=0.0)


@dataclass(frozen=True, slots=True)
class Note:
    """A process as a batch of a step, counted from 1, came to be rewarded.

    `wall_s` is of a clock that only differences are taken of, and that stands still while another
    process has its turn; `cpu_s` is of the process and the
    children that it reaped, so a sandbox's living slots are not in it. `digest` is of all texts.
    """

    step: int
    wall_s: float
    cpu_s: float
    num_completions: int
    digest: int


class HashReward:
    """A number from 0 to 1 that a completion's text alone decides.

    Groups vary, so the update has a gradient; two trainings that draw alike stay alike.
    """

    part_names = ("hash",)

    def __init__(self, notes: str | None = None) -> None:
        """Add a line for each batch to the file `notes`; None is nowhere."""
        self._notes = notes
        self._turn = Turn.of_process()
        self._waited_s = 0.0

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue]:
        """One value per completion, whatever its grade."""
        texts = [completion.completion for completion in completions]
        values = self.of_texts(texts, completions[0].step)
        return [RewardValue(value, {"hash": value}) for value in values]

    def of_texts(self, texts: Sequence[str], step: int) -> list[float]:
        """The values of a batch of a step, which is noted; then another process has its turn."""
        if self._notes is not None:
            with open(self._notes, "a", encoding="utf-8") as file:
                file.write(f"{json.dumps(asdict(_note(texts, step, self._waited_s)))}\n")
        if self._turn is not None:
            self._waited_s += self._turn.pass_on()
        return [_crc(text) / 2**32 for text in texts]


class IdleSandbox:
    """Gives every job the output that the self-check of a training wants, and runs none."""

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, which took no time."""
        return [_ANSWERED] * len(jobs)

    def close(self) -> None:
        """There is nothing to release."""


def read_notes(path: Path) -> dict[int, Note]:
    """The first note of each step, in order."""
    lines = path.read_text(encoding="utf-8").splitlines()
    notes: Sequence[Note] = [Note(**json.loads(line)) for line in lines]
    first: Mapping[int, Note] = {note.step: note for note in reversed(notes)}
    return dict(sorted(first.items()))


def _note(texts: Sequence[str], step: int, waited_s: float) -> Note:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    wall_s = time.perf_counter() - waited_s
    return Note(step, wall_s, cpu_s, len(texts), _crc("\0".join(texts)))


def _crc(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
