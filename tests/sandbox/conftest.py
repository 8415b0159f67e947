"""Sandboxes for the tests, one for each set of layers that is worth telling apart."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tarot.sandbox.delegation import Undelegated, own_home
from tarot.sandbox.e2b import E2BSandbox
from tarot.sandbox.local import LAYERS, LocalSandbox
from tarot.types import Execution, Job, Limits, Program
from tests.sandbox.e2b_server.cloud import Cloud
from tests.sandbox.e2b_server.faults import Plan
from tests.sandbox.e2b_server.server import Server, serving

LIMITS = Limits(cpu_s=2.0, wall_s=10.0, memory_mb=256, output_kb=1024)

Run = Callable[..., Execution]


@pytest.fixture(scope="session", params=["all", "seccomp+landlock"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[LocalSandbox]:
    layers = LAYERS if request.param == "all" else ("seccomp", "landlock")
    sandbox = LocalSandbox(slots=2, layers=layers)
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def run(sandbox: LocalSandbox) -> Run:
    """Run one source text on one input."""

    def run_source(source: str, stdin: bytes = b"", limits: Limits = LIMITS) -> Execution:
        return sandbox.run([Job(Program(source), stdin, limits)])[0]

    return run_source


@pytest.fixture
def groups() -> Iterator[Path]:
    """A control group (version 2) without processes, in which there is nothing."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="tests-", dir=own_home().folder))
    except (Undelegated, OSError) as error:
        pytest.skip(f"LOUD: no control group can be made here ({error}): not tested")
    yield folder
    for path in sorted(folder.glob("**/"), reverse=True):
        path.rmdir()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """What stands in for E2B's cloud, where the SDK finds it."""
    cloud = Cloud("e2b_5ec2e7c0ffee")
    with serving(cloud, Plan()) as server:
        for name, value in {**server.environment, "TAROT_CACHE": str(tmp_path / "cache")}.items():
            monkeypatch.setenv(name, value)
        yield server
    cloud.close()


@pytest.fixture
def make(server: Server) -> Iterator[Callable[..., E2BSandbox]]:
    """Sandboxes that are closed in the end, after which the server has none left."""
    made: list[E2BSandbox] = []

    def build(**settings: object) -> E2BSandbox:
        few = {"max_sandboxes": 1, "contexts": 1, "creations_per_s": 50.0}
        made.append(E2BSandbox(**{**few, **settings}))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for sandbox in made:
        sandbox.close()
    assert server.cloud.live() == []
