"""The conformance suite: rows run in a sandbox, and what became of each and of the surroundings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from tarot.conformance.rows import Row
from tarot.conformance.surroundings import surroundings
from tarot.grading.judge import judge
from tarot.types import Execution, Job, Limits, Program, Sandbox, Verdict

# Both programs of a pair run this often, so that some pairs share a slot.
_NUM_COPIES = 4
_NUM_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """What was attempted, what was to come of it and what came; `is_met` is None if not tried."""

    name: str
    attempt: str
    wanted: str
    found: str
    details: str
    is_met: bool | None


class LayeredSandbox(Sandbox, Protocol):
    """A sandbox that names the layers which stand between its programs and the machine."""

    @property
    def layers(self) -> frozenset[str]:
        """Names as in `sandbox.layers`; a boundary of another kind counts as all that it does."""


def examine(sandbox: LayeredSandbox, rows: Sequence[Row], limits: Limits) -> list[Finding]:
    """One finding a row, in order, and one for each thing around the sandbox.

    What the sandbox's layers are not there to stop is not tried: it would do its damage.
    """
    with surroundings() as around:
        due = [around.placed(row) for row in rows if row.is_due(sandbox.layers)]
        findings = {finding.name: finding for finding in _tried(sandbox, due, limits)}
        effects = [_effect(name, marks) for name, marks in around.damage().items()]
    return [findings.get(row.name) or _not_tried(row) for row in rows] + effects


def _tried(sandbox: Sandbox, rows: Sequence[Row], limits: Limits) -> Iterator[Finding]:
    single = [row for row in rows if row.before is None]
    for row, execution in zip(single, _run(sandbox, single, limits), strict=True):
        yield _finding(row, [execution])
    pairs = [row for row in rows if row.before is not None for _ in range(_NUM_COPIES)]
    sandbox.run([Job(Program(row.before or ""), b"", limits) for row in pairs])
    executions = _run(sandbox, pairs, limits)
    for start in range(0, len(pairs), _NUM_COPIES):
        yield _finding(pairs[start], executions[start : start + _NUM_COPIES])


def _run(sandbox: Sandbox, rows: Sequence[Row], limits: Limits) -> list[Execution]:
    return sandbox.run([Job(Program(row.code), row.stdin.encode(), limits) for row in rows])


def _finding(row: Row, executions: Sequence[Execution]) -> Finding:
    """The first execution that misses the row's verdicts counts, or else the first."""
    verdicts = [judge(execution, row.expected) for execution in executions]
    missed = [index for index, verdict in enumerate(verdicts) if not _is_met(row, verdict)]
    chosen = missed[0] if missed else 0
    wanted = "|".join(row.verdicts) or "any"
    details = _details(executions[chosen])
    return Finding(row.name, row.why, wanted, verdicts[chosen], details, not missed)


def _is_met(row: Row, verdict: Verdict) -> bool:
    if verdict is Verdict.INFRASTRUCTURE:
        return False
    return not row.verdicts or verdict in row.verdicts


def _not_tried(row: Row) -> Finding:
    wanted = "|".join(row.verdicts) or "any"
    needs = " or ".join(row.needs)
    return Finding(row.name, row.why, wanted, "not tried", f"needs {needs}", None)


def _effect(name: str, marks: Sequence[str]) -> Finding:
    found = "touched" if marks else "untouched"
    attempt = "what all programs together did to it"
    return Finding(name, attempt, "untouched", found, ", ".join(marks), not marks)


def _details(execution: Execution) -> str:
    """How the program ended and what it said, on one line."""
    end = f"exit code {execution.exit_code}"
    if execution.stopped_by is not None:
        end = f"stopped: {execution.stopped_by}"
    lines = (execution.stderr or execution.stdout).decode(errors="replace").split("\n")
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"{end}; {said[:_NUM_SHOWN]!r}" if said else end
