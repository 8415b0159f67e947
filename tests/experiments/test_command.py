"""Arguments of the experiments' commands are strict, and their faults are one line."""

import subprocess
import sys
from pathlib import Path

import pytest

from experiments.command import settings
from tarot.config.strict import Strict
from tarot.types import UserError


class Window(Strict):
    run: str
    window: int = 5


def test_arguments_become_typed_settings() -> None:
    assert settings(Window, ["run=a/b", "window=9"]) == Window(run="a/b", window=9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["runs/a"], "runs/a: not of the form key=value"),
        (["--run", "a"], "--run: not of the form"),
        (["run=a", "widnow=3"], "widnow: no such key; did you mean window?"),
        (["run=a", "window=wide"], "window: "),
        (["run=["], r"run=\[: while parsing a flow node"),
        ([], "run: missing"),
    ],
)
def test_bad_arguments_are_named(arguments: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        settings(Window, arguments)


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["run=nowhere"], 2, "nowhere: no run directory, it has no config.json\n"),
        (["run=nowhere", "window=4"], 2, "window: 4 is even; an odd one has a middle\n"),
        (["--help"], 0, ""),
    ],
)
def test_a_command_ends_with_one_line_and_its_code(
    root: Path, arguments: list[str], code: int, line: str
) -> None:
    command = [sys.executable, "-m", "experiments.demo.figure", *arguments]
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (code, line)
    assert ("python -m experiments.demo.figure run=DIR" in ended.stdout) == (code == 0)
