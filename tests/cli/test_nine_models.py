"""The nine models on eight GPUs: plans and commands to the letter, and a script each elsewhere."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

GOLDEN = Path(__file__).parent / "golden" / "nine_models.txt"
ASKED = ("+sweep=models", "curriculum=adaptive", "-m", "dry_run=true", "hardware=gpu8_80gb")
# These rows tell what this machine has of data, hub and GPUs.
OF_THE_PLACE = ("steps", "missing here")


def lasting(text: str) -> Iterator[str]:
    """The lines that are the same everywhere, with a word in the place of each run's sha."""
    is_kept = True
    for line in text.splitlines():
        row = re.match(r" (\S.*?)  ", line)
        if not line.startswith("  "):
            is_kept = row is None or row[1] not in OF_THE_PLACE
        if is_kept:
            yield re.sub(r"(runs/[\w.-]+?)-[0-9a-f]{8}\b", r"\1-SHA", line.rstrip())


def test_plans_and_commands_of_the_nine_models_are_as_they_were(cli: Cli) -> None:
    result = cli("train", *ASKED)
    assert (result.returncode, result.stderr) == (0, "")
    assert list(lasting(result.stdout)) == GOLDEN.read_text().splitlines()


@pytest.mark.parametrize(
    ("launcher", "first"), [("slurm", "#!/bin/bash\n"), ("dstack", "type: task\n")]
)
def test_there_is_a_script_for_each_of_the_nine_models(cli: Cli, launcher: str, first: str) -> None:
    result = cli("train", *ASKED, f"launcher={launcher}")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count(first) == 9
    assert result.stdout.count("accelerate launch --config_file") == 9
    served = re.findall(r"trl vllm-serve --model (\S+) ", result.stdout)
    assert len(set(served)) == len(served) == 9
