"""Sandboxes for the tests, one for each set of layers that is worth telling apart."""

from collections.abc import Callable, Iterator

import pytest

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
