"""The harness sees what it is there to see; its sandbox here runs everything in this process."""

import contextlib
import io
from collections.abc import Sequence

import pytest

from tarot.conformance.harness import Finding, examine
from tarot.conformance.report import summary, table, to_json
from tarot.conformance.rows import Row
from tarot.types import Execution, Job, Limits, StopReason, Verdict

LIMITS = Limits(cpu_s=1.0, wall_s=1.0, memory_mb=64, output_kb=64)
ACCEPTED = (Verdict.ACCEPTED,)


class OpenSandbox:
    """No sandbox at all; what programs leave behind stays, and "lost" is lost."""

    def __init__(self, *layers: str) -> None:
        self.layers = frozenset(layers)
        self.names: dict[str, object] = {}

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        return [self._run(job.program.source) for job in jobs]

    def close(self) -> None:
        self.names.clear()

    def _run(self, source: str) -> Execution:
        if source == "lost":
            return Execution(b"", b"", None, 0.0, 0.0, 0.0, StopReason.INFRASTRUCTURE)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(source, self.names)
        return Execution(output.getvalue().encode(), b"", 0, 0.0, 0.0, 0.0)


def found(*rows: Row, layers: Sequence[str] = ()) -> dict[str, Finding]:
    findings = examine(OpenSandbox(*layers), rows, LIMITS)
    return {finding.name: finding for finding in findings}


def test_a_right_verdict_is_met_and_another_is_missed() -> None:
    right = Row("right", "print(1)", "1", verdicts=ACCEPTED)
    wrong = Row("wrong", "print(1)", "1", verdicts=(Verdict.TIME_LIMIT, Verdict.SECURITY))
    findings = found(right, wrong)

    assert [finding.is_met for finding in findings.values()] == [True, False, True, True, True]
    assert findings["wrong"].wanted == "time_limit|security"
    assert findings["wrong"].details == "exit code 0; '1'"


def test_a_lost_program_is_missed_whatever_was_expected() -> None:
    finding = found(Row("lost", "lost", "1", verdicts=(Verdict.INFRASTRUCTURE,)))["lost"]

    assert (finding.is_met, finding.found) == (False, "infrastructure")


@pytest.mark.parametrize(
    ("layers", "is_tried"), [((), False), (("seccomp",), False), (("namespaces",), True)]
)
def test_what_no_layer_stops_is_not_tried(layers: tuple[str, ...], is_tried: bool) -> None:
    row = Row("row", "names['tried'] = 1", "", verdicts=ACCEPTED, needs=("landlock", "mnt"))
    sandbox = OpenSandbox(*layers)
    sandbox.names["names"] = sandbox.names

    finding = examine(sandbox, [row], LIMITS)[0]

    assert ("tried" in sandbox.names) is is_tried
    assert finding.is_met is (True if is_tried else None)


def test_what_a_program_leaves_for_the_next_is_found() -> None:
    row = Row("pair", "print('left' in dir())", "False", verdicts=ACCEPTED, before="left = 1")

    assert found(row)["pair"].is_met is False


@pytest.mark.parametrize(
    ("code", "touched"),
    [
        ("pass", None),
        ("import os; os.unlink('@VICTIM@')", "files"),
        ("open('@VICTIM@', 'a').write('x')", "files"),
        ("open('@OPEN@/x', 'w')", "open folder"),
        ("import socket; socket.create_connection(('127.0.0.1', @PORT@))", "service"),
    ],
)
def test_damage_to_the_surroundings_is_found(code: str, touched: str | None) -> None:
    findings = found(Row("row", code, "", verdicts=ACCEPTED))

    missed = [name for name, finding in findings.items() if not finding.is_met]
    assert missed == ([touched] if touched else [])


def test_files_for_the_placeholders_hold_what_rows_expect() -> None:
    code = "print(open('@SECRET@').read())"
    assert found(Row("row", code, "machine x login y password z", verdicts=ACCEPTED))["row"].is_met


def test_the_report_shows_every_finding() -> None:
    findings = list(found(Row("a [b]", "print(1)", "2", verdicts=ACCEPTED)).values())

    assert summary(findings) == "3 met, 1 missed, 0 not tried: a [b] missed"
    assert table(findings).row_count == 4
    assert '"found": "wrong_answer"' in to_json(findings)
