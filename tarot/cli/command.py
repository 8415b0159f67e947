"""Commands as a user can type them, to say how to go on."""

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path


def typed_command(verb: str, arguments: Sequence[str]) -> str:
    """The command as it was typed: `python train.py …` under that name, else `tarot VERB …`."""
    script = Path(sys.argv[0]).name
    start = [_program("python"), script] if script == f"{verb}.py" else [_program("tarot"), verb]
    return shlex.join([*start, *arguments])


def next_command(directory: Path) -> str:
    """What there is to do with a finished run, as one line of a shell."""
    verbs = ("explain", "reproduce")
    return "; ".join(shlex.join([_program("tarot"), verb, f"run={directory}"]) for verb in verbs)


def report_command(sweep: Path) -> str:
    """How to look at a sweep."""
    return shlex.join([_program("tarot"), "report", f"sweep={sweep}"])


def _program(name: str) -> str:
    """The name where the shell finds this environment's program by it, else the path to it."""
    program = Path(sys.executable).with_name(name)
    if shutil.which(name) == str(program):
        return name
    beside = program.is_relative_to(Path.cwd())
    return os.path.relpath(program) if beside else str(program)
