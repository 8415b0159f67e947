"""The command as it was typed, to say how to go on."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path


def typed_command(verb: str, arguments: Sequence[str]) -> str:
    """`python train.py …` under that name, else `tarot VERB …`."""
    script = Path(sys.argv[0]).name
    start = ("python", script) if script == f"{verb}.py" else ("tarot", verb)
    return shlex.join([*start, *arguments])
