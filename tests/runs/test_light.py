"""Preparing a run stays light."""

import subprocess
from collections.abc import Callable

Child = Callable[[str], "subprocess.Popen[str]"]
HEAVY = ("torch", "transformers", "trl", "datasets", "pyarrow")
IMPORT = f"""
import sys
import rewards.shuffled, rewards.tiered, tarot.capability, tarot.curriculum, tarot.runs
print([name for name in {HEAVY} if name in sys.modules])
"""


def test_preparing_a_run_imports_nothing_heavy(child: Child) -> None:
    output, _ = child(IMPORT).communicate()
    assert output == "[]\n"
