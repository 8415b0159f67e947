"""Sandboxes for the tests, one for each set of layers that is worth telling apart."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tarot.sandbox.delegation import Undelegated, own_home
from tarot.sandbox.local import LAYERS, LocalSandbox
from tarot.types import Execution, Job, Limits, Program

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
