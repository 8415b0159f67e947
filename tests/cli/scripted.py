"""A launcher that ends each run of a sweep as told, by its seed, and notes that it was asked."""

from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.runs.sweep import SweepDirectory

LAUNCHER = '''
from pathlib import Path
from tarot.runs import RunDirectory, write_json
from tarot.types import Outcome, RunState, UserError

class SweptLauncher:
    """Ends the runs of the seeds named as named; others finish, from a quarter to a half."""

    def __init__(
        self, failed: list[int] = [], submitted: list[int] = [], interrupted: list[int] = []
    ) -> None:
        self._failed, self._submitted, self._interrupted = failed, submitted, interrupted

    def launch(self, run):
        directory = RunDirectory.open(Path(run.directory))
        seed = directory.config()["seed"]
        with open("launched", "a") as file:
            file.write(f"{seed}\\n")
        if seed in self._failed:
            return Outcome(RunState.FAILED, "a log line\\nthe [odd] cause", 1)
        if seed in self._submitted:
            return Outcome(RunState.SUBMITTED, f"job-{seed}")
        if seed in self._interrupted:
            directory.log.append({"step": 1, "epoch": 0.5})
            return Outcome(RunState.INTERRUPTED)
        suite = {"before": {"mean": 0.25}, "after": {"mean": 0.5}}
        write_json(directory.summary_path, {"splits": {"test": {"suite": suite}}})
        return Outcome(RunState.FINISHED)

    def render(self, run, config):
        return ""

class AskedLauncher(SweptLauncher):
    """Knows of one job, of the run whose seed the file `active` names."""

    def active_job(self, directory):
        if not Path("active").exists():
            raise UserError("nobody answers; try again")
        seed = RunDirectory(directory).config()["seed"] if directory.exists() else None
        return f"job-{seed}" if Path("active").read_text() == str(seed) else None
'''
SWEEP = ("train", "-m", "+experiment=tiny", "launcher._target_=swept.SweptLauncher")
SEEDS = "seed=1,2,3,4,5"


def reported(capsys: pytest.CaptureFixture[str], sweep: SweepDirectory) -> tuple[list[str], str]:
    """What the table says of each run, in their order, and the line below it."""
    assert main(["report", f"sweep={sweep.path}", "page=false"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    rows = [line.split("│")[2:-1] for line in shown.out.splitlines() if line.startswith("│")]
    return [
        " | ".join(cell.strip() for cell in row).strip() for row in rows
    ], shown.out.splitlines()[-1]


def launched() -> list[str]:
    """The seeds of the runs that were launched since the last time."""
    seeds = Path("launched").read_text().split()
    Path("launched").unlink()
    return seeds
