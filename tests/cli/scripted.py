"""A launcher that ends each run of a sweep as told, by its seed, and notes that it was asked."""

LAUNCHER = '''
from pathlib import Path
from tarot.runs import RunDirectory, write_json
from tarot.types import Outcome, RunState

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
        seed = RunDirectory(directory).config()["seed"] if directory.exists() else None
        return f"job-{seed}" if Path("active").read_text() == str(seed) else None
'''
SWEEP = ("train", "-m", "+experiment=tiny", "launcher._target_=swept.SweptLauncher")
