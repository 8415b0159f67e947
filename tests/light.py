"""What a command imports, in a process of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPY = """
import sys
from tarot.cli.main import main
names, *arguments = sys.argv[1:]
assert main(arguments) == 0
sys.exit(" ".join(name for name in names.split() if name in sys.modules))
"""


def imported(names: str, *arguments: str) -> str:
    """Those of the names of modules that the command imports; what it says if it fails."""
    result = subprocess.run(
        [sys.executable, "-c", SPY, names, *arguments],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    return result.stderr.strip()
