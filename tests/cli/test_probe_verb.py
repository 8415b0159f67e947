"""`tarot probe` where a launcher of the test's own submits what measures."""

import sys
from pathlib import Path

import pytest

from tarot.cli.main import main
from tests.cli.scripted import LAUNCHER


def test_a_probe_that_is_submitted_says_when_to_type_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "submitting.py").write_text(LAUNCHER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "cache"))
    submitting = ("launcher._target_=submitting.SweptLauncher", "launcher.submitted=[1]")
    assert main(["probe", "+experiment=tiny", *submitting, "seed=1"]) == 0
    sys.modules.pop("submitting")
    submitted, again = capsys.readouterr().out.splitlines()
    (directory,) = (tmp_path / "cache" / "probes").iterdir()
    assert submitted == f"{directory} is submitted as job-1"
    assert again.startswith("see what it finds, when it has ended, with: ")
    assert again.endswith("'launcher.submitted=[1]' seed=1")
