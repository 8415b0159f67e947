"""What a command says of a run that its child could not say itself."""

from pathlib import Path

import pytest

from tarot.cli.launching import report
from tarot.types import Outcome, RunState


def test_an_outage_is_one_line_with_its_cause_and_the_way_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What else the child wrote is in its log, and no fault of the run."""
    outcome = Outcome(RunState.FAILED, "INFO of a library\n38% were lost: is it out?", 75)
    report(outcome, Path("runs/a"), "python train.py")
    assert capsys.readouterr().err == (
        "38% were lost: is it out? Go on from what is saved with: python train.py\n"
    )
