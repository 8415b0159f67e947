"""The corpus and the shared adversarial programs, on what others host and beside `local`.

Servers on this machine stand in for E2B's cloud, with the real SDK in between, and for an engine of
SandboxFusion. What they run are processes of this machine, so that files and service around the
sandbox are the same for all. Where only one verdict is right, that of `local` is known from its own
test.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tarot.cli.composition import compose
from tarot.config.targets import build
from tarot.conformance.harness import examine
from tarot.conformance.reading import corpus, read_rows
from tarot.conformance.rows import Row
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits
from tests.sandbox import fusion_server
from tests.sandbox.e2b_server import server as e2b_server
from tests.sandbox.e2b_server.cloud import Cloud
from tests.sandbox.e2b_server.faults import Plan

LIMITS = Limits(cpu_s=1.0, wall_s=3.0, memory_mb=256, output_kb=1024)


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[Row]:
    """Ours and the shared ones."""
    return corpus() + read_rows(shared / "adversarial.jsonl")


@pytest.fixture(scope="module")
def local() -> Iterator[LocalSandbox]:
    sandbox = LocalSandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="module")
def here(local: LocalSandbox, rows: list[Row]) -> dict[str, str]:
    """What `local` finds where several verdicts are right, by name."""
    findings = examine(local, [row for row in rows if len(row.verdicts) != 1], LIMITS)
    return {finding.name: finding.found for finding in findings}


@pytest.fixture
def e2b(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    cloud = Cloud("e2b_conformance")
    with e2b_server.serving(cloud, Plan()) as server:
        for name, value in {**server.environment, "TAROT_CACHE": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)
        yield
    assert cloud.live() == []


@pytest.fixture
def sandbox_fusion(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    with fusion_server.serving(tmp_path) as engine:
        monkeypatch.setenv("SANDBOX_FUSION_ENDPOINT", engine.url)
        yield
    assert list(tmp_path.iterdir()) == []


SETTINGS = {
    "e2b": ["sandbox.max_sandboxes=1"],
    "sandbox_fusion": ["sandbox.requests=2", "sandbox.programs_per_request=150"],
}


@pytest.mark.parametrize(
    ("option", "every"),
    [
        ("e2b", 2),
        ("sandbox_fusion", 3),
        pytest.param("e2b", 1, marks=pytest.mark.soak),
        pytest.param("sandbox_fusion", 1, marks=pytest.mark.soak),
    ],
)
def test_every_program_gets_the_verdict_that_it_gets_here(
    option: str,
    every: int,
    rows: list[Row],
    local: LocalSandbox,
    here: dict[str, str],
    request: pytest.FixtureRequest,
) -> None:
    request.getfixturevalue(option)
    (job,) = compose("conformance", [f"sandbox={option}", *SETTINGS[option]])
    sandbox = build("sandbox", job.config["sandbox"])
    try:
        there = examine(sandbox, rows[::every], LIMITS)
    finally:
        sandbox.close()

    found = {finding.name: finding.found for finding in there}
    assert sandbox.layers >= local.layers - {"cgroup"}
    assert [finding for finding in there if finding.is_met is not True] == []
    tried = here.keys() & {row.name for row in rows[::every]}
    assert {name: found[name] for name in tried} == {name: here[name] for name in tried}
