"""Two runs on a real Slurm: one is preempted, one is told that its time is up; both finish.

`make slurm-check` runs it; it needs root, Debian's slurm-wlm and munge, and the ML stack.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tarot.runs import RunDirectory
from tests.launchers.slurm_cluster import cluster, missing_programs, wait_for

pytestmark = pytest.mark.slurm

NUM_STEPS = 60
PATIENCE_S = 900
SETTINGS = (
    "+experiment=tiny",
    "hardware=cpu",
    "hardware.threads=1",
    "launcher=slurm",
    f"trainer.max_steps={NUM_STEPS}",
    "trainer.save_steps=100",
    "launcher.timeout_min=60",
    "launcher.partition=low",
)
SWEEP = ("-m", *SETTINGS, "seed=1,2")


@dataclass(frozen=True)
class Site:
    """A folder on a machine of the cluster."""

    root: Path
    folder: Path
    environment: Mapping[str, str]

    def type(self, *command: str) -> str:
        """What a command prints; it must not fail."""
        result = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def train(self, *arguments: str) -> str:
        return self.type(sys.executable, str(self.root / "train.py"), *arguments)

    def runs(self) -> list[RunDirectory]:
        """In the order in which they were submitted."""
        found = map(RunDirectory, (self.folder / "runs").iterdir())
        return sorted(found, key=lambda run: int(self.job_id(run)))

    def job_id(self, run: RunDirectory) -> str:
        return str(json.loads((run.path / "job.json").read_text())["id"])

    def output(self, run: RunDirectory) -> str:
        path = run.path / "submitit" / f"{self.job_id(run)}_0_log.out"
        return path.read_text() if path.exists() else ""

    def job(self, run: RunDirectory) -> dict[str, str]:
        shown = self.type("scontrol", "show", "job", "--oneliner", self.job_id(run))
        return dict(word.partition("=")[::2] for word in shown.split())

    def wait_for_steps(self, run: RunDirectory, num_steps: int) -> None:
        wait_for(lambda: len(steps(run)) >= num_steps, PATIENCE_S)

    def wait_for_end(self, run: RunDirectory) -> None:
        wait_for(lambda: self.job(run)["JobState"] in ("COMPLETED", "FAILED"), PATIENCE_S)


def steps(run: RunDirectory) -> list[int]:
    return [line["step"] for line in run.log.steps()]


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if missing := missing_programs():
        pytest.fail(
            f"not installed: {', '.join(missing)}; `make slurm-check` installs them as root"
        )
    with cluster(tmp_path_factory.mktemp("slurm")) as environment:
        folder = tmp_path_factory.mktemp("site")
        path = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))
        variables = {"PYTHONPATH": path, "TAROT_CACHE": str(folder / "cache")}
        yield Site(root, folder, {**environment, **variables})


@pytest.fixture(scope="module")
def story(site: Site) -> list[RunDirectory]:
    """The first run is preempted without a time of grace, the second told of its time's end."""
    site.train(*SWEEP)
    first, second = site.runs()
    submitted = [site.job_id(first), site.job_id(second)]
    wait_for(lambda: "evaluate before" in site.output(first), PATIENCE_S)
    assert f"is submitted as {submitted[0]}" in site.train(*SETTINGS, "seed=1")
    site.train(*SWEEP)
    assert sorted(site.type("squeue", "--noheader", "--format=%A").split()) == submitted
    site.wait_for_steps(first, 2)
    site.type("sbatch", "--partition=high", "--output=/dev/null", "--wrap=sleep 1")
    site.wait_for_steps(second, 2)
    site.type("scancel", "--signal=USR2", site.job_id(second))
    for run in (first, second):
        site.wait_for_end(run)
    return [first, second]


def test_both_runs_are_finished_with_every_step_once(story: list[RunDirectory]) -> None:
    for run in story:
        assert json.loads((run.path / "outcome.json").read_text())["state"] == "finished"
        assert run.summary_path.exists()
        assert steps(run) == list(range(1, NUM_STEPS + 1))


def test_each_job_was_queued_again_once(site: Site, story: list[RunDirectory]) -> None:
    assert [site.job(run)["Restarts"] for run in story] == ["1", "1"]


def test_each_went_on_from_what_it_had_saved(site: Site, story: list[RunDirectory]) -> None:
    for run in story:
        assert site.output(run).count("evaluate before-test …") == 1
        assert site.output(run).count(f"GRPO  0/{NUM_STEPS}") == 1
