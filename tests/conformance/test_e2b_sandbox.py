"""The corpus and the shared adversarial programs, through E2B's protocol and beside `local`.

A server on this machine stands in for E2B's cloud, with the real SDK in between. Its contexts are
processes of this machine, so that files and service around the sandbox are the same for both.
Where only one verdict is right, that of `local` is known from its own test.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tarot.conformance.harness import examine
from tarot.conformance.reading import corpus, read_rows
from tarot.sandbox.e2b import E2BSandbox
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits
from tests.sandbox.e2b_server.cloud import Cloud
from tests.sandbox.e2b_server.faults import Plan
from tests.sandbox.e2b_server.server import serving

LIMITS = Limits(cpu_s=1.0, wall_s=3.0, memory_mb=256, output_kb=1024)


@pytest.fixture
def e2b(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[E2BSandbox]:
    cloud = Cloud("e2b_conformance")
    with serving(cloud, Plan()) as server:
        for name, value in {**server.environment, "TAROT_CACHE": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)
        sandbox = E2BSandbox(max_sandboxes=1, contexts=2)
        yield sandbox
        sandbox.close()
    assert cloud.live() == []


def test_every_program_gets_the_verdict_that_it_gets_here(e2b: E2BSandbox, shared: Path) -> None:
    rows = corpus() + read_rows(shared / "adversarial.jsonl")
    local = LocalSandbox()
    try:
        here = examine(local, [row for row in rows if len(row.verdicts) != 1], LIMITS)
    finally:
        local.close()
    there = examine(e2b, rows, LIMITS)

    found = {finding.name: finding.found for finding in there}
    assert e2b.layers >= local.layers - {"cgroup"}
    assert [finding for finding in there if finding.is_met is not True] == []
    assert {finding.name: found[finding.name] for finding in here} == {
        f.name: f.found for f in here
    }
