"""The dstack launcher: a run is a task of dstack, on a machine of a cloud or a fleet.

What it needs travels with the task: this project's sources, the run's resolved config and a data
file that the config names. Environment variables are named and never written: dstack takes their
values from where the command is typed. A task has no port and no probe of its own: a vLLM server
that a run needs is started and waited for by the inner launcher, on the machine. What a task
leaves lies in `runs_dir` there, and outlives the machine on a volume alone.

Not covered: classes and models in folders other than the project's, and any child but the training,
as what it leaves would have to come back.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from launchers.job import Job, job_of, started_on_each, submit_once
from launchers.setup import check_setup
from tarot.runs import RunDirectory, write_atomically
from tarot.runs.child import TRAINING
from tarot.runs.environment import PROJECT
from tarot.types import Launcher, Outcome, Run, UserError

CLUSTER = "dstack"
TASK_FILE = "dstack.yaml"
HOME = "/tarot"
SOURCES = (
    *("conf", "experiments", "launchers", "rewards", "tarot"),
    *("README.md", "LICENSE", "pyproject.toml", "setup.cfg", "train.py"),
)
VARIABLE = re.compile(r"[A-Za-z_]\w*")
NOT_IN_A_NAME = re.compile(r"[^a-z0-9-]+")
MAX_NAME = 41
ENDED = frozenset({"terminated", "failed", "done"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DstackLauncher:
    """Applies one task a run, whose machines start `inner`.

    `setup` installs the project in its folder on the machine, `env` names variables to pass on,
    `runs_dir` is a folder of the machine, and `task` holds further keys of a dstack task, as
    `volumes`, `retry`, `regions` or `max_price`. None leaves a setting to dstack.
    """

    inner: Callable[..., Launcher]
    python: str | None
    image: str | None
    setup: list[str]
    env: list[str]
    runs_dir: str
    memory_gb: int | None
    disk_gb: int | None
    shm_gb: int | None
    task: dict[str, Any]

    def __post_init__(self) -> None:
        """Refuse what dstack would, and what would put a secret into a file."""
        if (self.python is None) == (self.image is None):
            raise UserError("launcher.python, launcher.image: give one and set the other to null")
        for index, name in enumerate(self.env):
            if not VARIABLE.fullmatch(name):
                raise UserError(
                    f"launcher.env[{index}]: not the name of a variable; its value is taken from "
                    "the environment in which you type the command"
                )
        for key in sorted({"env", "registry_auth", *_OWN_KEYS} & self.task.keys()):
            remedy = "see the launcher's keys" if key in _OWN_KEYS else "name variables in env"
            raise UserError(f"launcher.task.{key}: not to be given here; {remedy}")
        check_setup(self.setup, "name it in launcher.env, and the task has it")

    def launch(self, run: Run) -> Outcome:
        """Apply the run's task, unless it is waiting or running."""
        return submit_once(run, self.active_job, partial(self._apply, run))

    def active_job(self, directory: Path) -> str | None:
        """The name of the run's task that is waiting or running, or None."""
        job = job_of(directory, CLUSTER)
        return job.id if job is not None and _is_active(job.id) else None

    def render(self, run: Run, config: Mapping[str, Any]) -> str:
        """The task that `dstack apply` would be given, and what a machine then starts."""
        there = Run(self._folder_there(run), (*run.command[:-1], self._folder_there(run)))
        text = yaml.safe_dump(self._task(run, config), sort_keys=False, width=100)
        return f"{text}{started_on_each(self.inner, there, config)}"

    def _apply(self, run: Run, directory: RunDirectory) -> Job:
        path = directory.path / TASK_FILE
        write_atomically(path, self.render(run, directory.config()).encode())
        _dstack("apply", "--file", str(path), "--yes", "--detach")
        return Job(CLUSTER, task_name(directory.path.name))

    def _task(self, run: Run, config: Mapping[str, Any]) -> dict[str, Any]:
        if run.command[1:-1] != ("-m", TRAINING):
            raise UserError(
                "launcher=dstack: it starts trainings alone, as nothing else would come back from "
                "the machine; set launcher=local, or launcher=slurm"
            )
        self._check_sharing(config["hardware"])
        folder = Path(run.directory).absolute()
        there = self._folder_there(run)
        task = {
            "type": "task",
            "name": task_name(folder.name),
            "nodes": config["hardware"]["nodes"],
            "python": self.python,
            "image": self.image,
            "working_dir": HOME,
            "env": self.env or None,
            "files": [*_sources(), *_files_of_run(folder, there), *_data_files(config["data"])],
            "commands": [*self.setup, f"exec python -m launchers.dstack_node {there}"],
            "resources": self._resources(config["hardware"]),
        }
        return {key: value for key, value in task.items() if value is not None} | self.task

    def _check_sharing(self, hardware: Mapping[str, Any]) -> None:
        """Several machines work in one run directory."""
        mounted = [str(volume) for volume in self.task.get("volumes", ())]
        if hardware["nodes"] > 1 and not any(one.endswith(f":{self.runs_dir}") for one in mounted):
            raise UserError(
                f"hardware.nodes={hardware['nodes']}: the machines have to share "
                f"{self.runs_dir}; set launcher.task.volumes=['VOLUME:{self.runs_dir}']"
            )

    def _folder_there(self, run: Run) -> str:
        return f"{self.runs_dir.rstrip('/')}/{Path(run.directory).absolute().name}"

    def _resources(self, hardware: Mapping[str, Any]) -> dict[str, Any]:
        per_node = hardware["processes"] // hardware["nodes"]
        gpu: dict[str, Any] = {"count": hardware["gpus"]}
        if hardware["gpu_memory_gb"] is not None:
            gpu["memory"] = f"{hardware['gpu_memory_gb']:g}GB.."
        sizes = {"memory": self.memory_gb, "disk": self.disk_gb}
        return {
            "cpu": f"{per_node * hardware['threads']}..",
            **{key: f"{size}GB.." for key, size in sizes.items() if size is not None},
            **({} if self.shm_gb is None else {"shm_size": f"{self.shm_gb}GB"}),
            "gpu": gpu if hardware["gpus"] else 0,
        }


_OWN_KEYS = frozenset(
    "type name nodes python image working_dir files commands resources".split()  # noqa: SIM905
)


def task_name(directory_name: str) -> str:
    """A name that dstack takes, with the whole of the config's sha at its end."""
    name = NOT_IN_A_NAME.sub("-", directory_name.lower())[-(MAX_NAME - 2) :].strip("-")
    return name if name[0].isalpha() else f"r-{name}"


def _sources() -> list[str]:
    if not (PROJECT / "setup.cfg").is_file():
        raise UserError(
            "launcher=dstack: this installation has no sources to send; install TAROT from a "
            "clone with 'pip install --editable .'"
        )
    return [f"{PROJECT / name}:{HOME}/{name}" for name in SOURCES]


def _files_of_run(folder: Path, there: str) -> list[str]:
    run = RunDirectory(folder)
    paths = (run.config_path, run.identity_path, run.environment_path)
    return [f"{path}:{there}/{path.name}" for path in paths]


def _data_files(node: Mapping[str, Any]) -> list[str]:
    """The file that a data source reads, at the path at which the run looks for it there."""
    path = node.get("path")
    if not isinstance(path, str) or not Path(path).exists():
        return []
    return [f"{Path(path).absolute()}:{Path(HOME) / path}"]


def _is_active(name: str) -> bool:
    try:
        shown = _dstack("run", "get", name, "--json")
    except UserError as error:
        if f"Run {name} not found" in str(error):
            return False
        raise
    return json.loads(shown)["status"] not in ENDED


def _dstack(*arguments: str) -> str:
    """What a command of dstack prints; UserError if it fails."""
    if shutil.which("dstack") is None:
        raise UserError(
            "launcher=dstack: there is no dstack here; install it and run 'dstack login'"
        )
    command = ["dstack", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        said = " ".join((result.stderr + result.stdout).split())
        raise UserError(f"launcher=dstack: dstack {arguments[0]}: {said}")
    return result.stdout
