"""The graders of the starter set's programs; both give less time than training does."""

from collections.abc import Iterator

import pytest

from tarot.grading.grader import Grader
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits


@pytest.fixture(scope="session")
def grader() -> Iterator[Grader]:
    """Two seconds a test."""
    yield from _graders(2.0)


@pytest.fixture(scope="session")
def brief_grader() -> Iterator[Grader]:
    """One second a test, for mistakes of which many run into any limit."""
    yield from _graders(1.0)


def _graders(cpu_s: float) -> Iterator[Grader]:
    grader = Grader(LocalSandbox(), Limits(cpu_s=cpu_s, wall_s=60.0, memory_mb=512, output_kb=1024))
    yield grader
    grader.close()
