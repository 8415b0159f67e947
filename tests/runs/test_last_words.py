"""The cause in what real processes write to standard error as they fail."""

import subprocess
import sys

import pytest

from tarot.runs.last_words import last_words

LEAK = """
import atexit, sys, warnings
atexit.register(warnings.warn, "there appear to be 1 leaked objects", ResourceWarning)
warnings.simplefilter("always")
raise RuntimeError("the engine died")
"""
NCCL = "ValueError: no\n[rank0]:[W1125 17:00:00] Warning: destroy_process_group() was not called\n"


def test_of_a_traceback_it_is_the_exception_whatever_warnings_follow() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LEAK], capture_output=True, text=True, check=False
    )
    assert "leaked objects" in ended.stderr.splitlines()[-1]
    assert last_words(ended.stderr) == "RuntimeError: the engine died"


@pytest.mark.parametrize(
    ("stderr", "cause"),
    [
        ("Traceback:\n  a\nOSError: early\n\ndata.path: late\n", "data.path: late"),
        (NCCL, "ValueError: no"),
        ("  indented alone\n", "  indented alone"),
        ("\n", ""),
    ],
)
def test_it_is_the_last_line_that_is_no_warning(stderr: str, cause: str) -> None:
    assert last_words(stderr) == cause
