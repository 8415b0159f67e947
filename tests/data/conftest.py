"""The grader of the starter set's programs."""

from collections.abc import Iterator

import pytest

from tarot.grading.grader import Grader
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits

LIMITS = Limits(cpu_s=2.0, wall_s=60.0, memory_mb=512, output_kb=1024)


@pytest.fixture(scope="session")
def grader() -> Iterator[Grader]:
    """Runs programs in the real sandbox, with less time than training gives them."""
    grader = Grader(LocalSandbox(), LIMITS)
    yield grader
    grader.close()
