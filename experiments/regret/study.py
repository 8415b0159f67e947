"""Regret of the rule: train the grid that is missing, then write the tables.

python -m experiments.regret.study                      the same command goes on where it stopped
python -m experiments.regret.study jobs=2               two runs at a time, one core each
python -m experiments.regret.study train_only=true seeds=[1,2]  some seeds, without tables
python -m experiments.regret.study runs_dir=/data/runs  any setting of train.py, for all runs
python -m experiments.regret.study out=DIR              results, tables and configs elsewhere

`curriculum=adaptive` chooses a policy by what the untuned model solves. Three lengths of cold start
make three models; each is probed, and trained under `average`, `forward_ce` and `reversed_ce` with
six common seeds. What the rule chooses for a model is compared with the others, paired by seed.

With jobs=N the command starts itself N times, each with a share of the seeds and its output in
job-K.log under runs_dir. Ctrl-C and SIGTERM reach all of them: each run saves its step and stops.
"""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from pydantic import Field, PositiveInt

from experiments.command import OutSettings, run_command, study_settings
from experiments.regret import HERE
from experiments.regret.analysis import analyse
from experiments.regret.grid import (
    SEEDS,
    Capability,
    locate_runs,
    multirun,
    probe_arguments,
)
from experiments.regret.pilot import read_pilot
from experiments.regret.reading import read_runs
from experiments.regret.table import render
from experiments.results import write_study
from tarot.cli import probe, train
from tarot.runs.exits import Exit


class StudySettings(OutSettings):
    """What is the command's own among its arguments."""

    jobs: PositiveInt = 1
    seeds: list[int] = Field(default_factory=lambda: list(SEEDS), min_length=1)
    train_only: bool = False


def main(arguments: Sequence[str]) -> int:
    """Train, collect, and write what a whole study has shown; of a part, what is missing."""
    study, overrides = study_settings(StudySettings, arguments)
    if study.train_only:
        return _train(study, overrides)
    code = _probe_and_train(study, overrides)
    places = locate_runs(study.seeds, overrides)
    results = analyse(*read_runs(places))
    if results.missing:
        sys.stdout.write(render(results, pilot=None))
        return code or Exit.FAILED
    runs = {place.name: place.run for place in places}
    write_study(results, render(results, read_pilot()), runs, Path(study.out or HERE))
    return code


def _probe_and_train(study: StudySettings, overrides: Sequence[str]) -> int:
    """The probes make the cold starts too, which the jobs then find."""
    codes = [probe.run(probe_arguments(capability, overrides)) for capability in Capability]
    return max(codes) or _train(study, overrides)


def _train(study: StudySettings, overrides: Sequence[str]) -> int:
    if study.jobs == 1:
        return train.run(multirun(study.seeds, overrides))
    return _train_shares(study, overrides)


def _train_shares(study: StudySettings, overrides: Sequence[str]) -> int:
    """Every N-th seed in a process of its own; the exit code is that of the worst.

    One that was killed, of which the system gives back the signal below 0, has failed.
    """
    folder = locate_runs(study.seeds[:1], overrides)[0].run.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        children = []
        for job in range(min(study.jobs, len(study.seeds))):
            log = stack.enter_context((folder / f"job-{job + 1}.log").open("ab"))
            command = [*_share(study, job), *overrides]
            children.append(subprocess.Popen(command, stdout=log, stderr=log))
        stack.enter_context(_stops_passed_on(children))
        codes = [child.wait() for child in children]
    return max(Exit.FAILED if code < 0 else code for code in codes)


def _share(study: StudySettings, job: int) -> list[str]:
    """The command for the seeds of one job."""
    seeds = ",".join(map(str, study.seeds[job :: study.jobs]))
    module = [sys.executable, "-m", "experiments.regret.study"]
    return [*module, "train_only=true", f"seeds=[{seeds}]"]


@contextlib.contextmanager
def _stops_passed_on(children: Sequence["subprocess.Popen[bytes]"]) -> Iterator[None]:
    """SIGTERM goes to the children; a Ctrl-C reaches them from the terminal by itself."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        for child in children:
            child.send_signal(number)

    handlers = {signal.SIGINT: lambda *_: None, signal.SIGTERM: pass_on}
    kept = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
