"""How the tests of data run a reference solution, which they trust."""

import contextlib
import io
from collections.abc import Callable

import pytest


def _printed(program: str, stdin: str) -> str:
    lines = io.StringIO(stdin)
    output = io.StringIO()
    names = {"input": lambda: lines.readline().rstrip("\n")}
    with contextlib.redirect_stdout(output):
        exec(program, names)
    return output.getvalue()


@pytest.fixture(scope="session")
def printed() -> Callable[[str, str], str]:
    """What a program that reads by `input()` prints; its exceptions are raised."""
    return _printed
