"""Importing much at once, as torch, transformers and TRL are."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting_imports() -> Iterator[None]:
    """What is imported inside stays to the process's end, so it is never looked at for garbage.

    A training imports half a million objects. To look at them again and again while more come, and
    once more at the end, takes a third of what starting and ending it takes.
    """
    was_enabled, num_before = gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > num_before:
            gc.freeze()
        if was_enabled:
            gc.enable()
