"""What running a problem's programs on its suite has shown, and the file that keeps it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tarot.audit import mutants
from tarot.audit.mutants import Operator
from tarot.audit.trivial import Trivial
from tarot.data.rows import row_from_problem
from tarot.runs import write_atomically
from tarot.runs.full_disk import full_disk_told
from tarot.types import Limits, Problem, UserError, Verdict

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Effort:
    """How much an audit runs.

    The reference runs `runs` times on each test, up to `mutants` mutants once. A mutant has
    `mutant_time_factor` times the reference's CPU time, and never more than the limits.
    """

    limits: Limits
    comparator: str
    runs: int
    mutants: int
    mutant_time_factor: float
    seed: int

    def key(self, problem: Problem) -> str:
        """A hash of a problem and of all that its figures hang on but the machine."""
        parts = [_FORMAT, mutants.VERSION, _plain(self), row_from_problem(problem)]
        text = json.dumps(parts, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class MeasuredTest:
    """One test: the reference's verdict in each run, its slowest run, and who else passes.

    `is_steady` says whether all runs gave the same output.
    """

    verdicts: tuple[Verdict, ...] = ()
    is_steady: bool = True
    cpu_s: float = 0.0
    wall_s: float = 0.0
    passed_by: tuple[Trivial, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Whether the reference was accepted in every run."""
        return all(verdict is Verdict.ACCEPTED for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class MeasuredMutant:
    """A mutant, and for each test whether it failed it."""

    operator: Operator
    line: int
    is_killed: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A problem: one entry a test, and the mutants of a reference that its suite accepts.

    `num_runs` counts the programs that were run.
    """

    key: str
    tests: tuple[MeasuredTest, ...]
    mutants: tuple[MeasuredMutant, ...] = ()
    num_runs: int = 0


@dataclass(slots=True)
class Ledger:
    """Results by key, each on disk as soon as it is there; without a path, in memory alone."""

    path: Path | None
    results: dict[str, Measured] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path | None) -> "Ledger":
        """Read what is there; a last line that was torn is cut off.

        Raises UserError for another line that is no result.
        """
        ledger = cls(path)
        if path is None or not path.exists():
            return ledger
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                result = _RESULT.validate_json(line)
            except ValidationError:
                raise UserError(
                    f"{path}:{number}: not a result of this audit; move the file away"
                ) from None
            ledger.results[result.key] = result
        if whole != content:
            write_atomically(path, whole)
        return ledger

    def add(self, results: Iterable[Measured]) -> None:
        """Keep some results."""
        new = {result.key: result for result in results}
        self.results |= new
        if self.path is None or not new:
            return
        lines = b"".join(_RESULT.dump_json(result) + b"\n" for result in new.values())
        with full_disk_told(self.path.parent), self.path.open("ab") as file:
            file.write(lines)


def _plain(value: Any) -> Mapping[str, Any]:
    return dict(TypeAdapter(type(value)).dump_python(value, mode="json"))


_RESULT = TypeAdapter(Measured)
