"""Our own benchmark: held-out problems with four-tier suites, sampled and judged as in training.

A process of its own samples, since only that may load a model; it keeps what it has measured part
by part, so that going on repeats little.
"""

import os
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, NonNegativeInt, PositiveInt

from tarot.capability import read_outcomes
from tarot.config.machine import GPUS, visible_gpus
from tarot.config.measuring import SamplingOverrides, SplitName, TiersJob, TiersTask, tiers_task
from tarot.config.schema import RunConfig
from tarot.config.targets import build, check_environment, check_target
from tarot.config.validation import parse
from tarot.data import DataSource
from tarot.evaluation.benchmark import BenchmarkFailure, Evaluation, Measured, Processes
from tarot.evaluation.tier_figures import measured
from tarot.runs import RunDirectory, write_json
from tarot.runs.child import command_of
from tarot.runs.child_environment import computing_environment
from tarot.runs.exits import ChildFailure, check_child
from tarot.types import UserError

M = TypeVar("M", bound=BaseModel)

MODULE = "tarot.training.tiers"
CONFIG = "tiers.json"
OUTCOMES = "outcomes"
LOG = "sampling.log"
DEBUG_PROBLEMS = 2


@dataclass(frozen=True, slots=True)
class Tiers:
    """Pass rates by tier and of the whole suite, on data with splits of its own.

    What is None is as the run of the checkpoint has it, or as `otherwise` for a model without one.
    The `data`, `prompt` and `grading` of the command come before both.
    """

    split: SplitName | None
    problems: PositiveInt | None
    samples: PositiveInt | None
    seed: NonNegativeInt | None
    sampling: Mapping[str, Any]
    otherwise: Mapping[str, Any]

    def settings(self, evaluation: Evaluation) -> dict[str, Any]:
        """What the outcomes depend on, with a hash of the data."""
        task = self.task(evaluation)
        described = task.described()
        hardware, model = evaluation.config.hardware, evaluation.target.model
        if hardware.vllm is not None:
            del described["sampling"]["batch_size"]
        return {
            **described,
            "harness": "tarot",
            "system_role": model.system_role,
            "eos_token": model.eos_token,
            "data": _fingerprint(task),
            "sampler": "transformers" if hardware.vllm is None else "vllm",
            "dtype": hardware.dtype,
        }

    def check(self, evaluation: Evaluation) -> None:
        """UserError for data, a sandbox or a device that is not there."""
        task, config = self.task(evaluation), evaluation.config
        _source(task).check()
        check_target("sandbox", config.sandbox)
        check_environment("sandbox", config.sandbox)
        if config.hardware.device == "cuda" and not visible_gpus(os.environ):
            raise UserError("hardware.device=cuda: this machine has no GPU; set hardware=cpu")

    def render(self, evaluation: Evaluation, folder: Path) -> str:
        """The command of the process that samples."""
        return shlex.join(_command(folder))

    def run(self, evaluation: Evaluation, folder: Path, processes: Processes) -> Measured:
        """Measure what is missing, and count."""
        path = folder / OUTCOMES / "tiers.json"
        if not path.exists():
            _measure(folder, processes, self.prepare(evaluation, folder))
        return measured(read_outcomes(path.read_bytes()), self.task(evaluation).samples)

    def task(self, evaluation: Evaluation) -> TiersTask:
        """Which problems are put to the model, and how; UserError for what can't be."""
        config = evaluation.config
        base = self._base(evaluation)
        if config.data is not None:
            check_target("data", config.data)
        own = {name: getattr(self, name) for name in ("split", "problems", "samples", "seed")}
        given = config.model_dump(mode="json", include={"data", "prompt", "grading"})
        drawn = _parsed("benchmark.….sampling", SamplingOverrides, self.sampling)
        sampling = asdict(base.sampling) | drawn.model_dump(exclude_none=True)
        whole = {**base.model_dump(mode="json"), **_set(own), **_set(given), "sampling": sampling}
        if config.debug:
            whole["problems"] = min(whole["problems"] or DEBUG_PROBLEMS, DEBUG_PROBLEMS)
        return parse(TiersTask, whole)

    def prepare(self, evaluation: Evaluation, folder: Path) -> TiersJob:
        """Write into `folder` what the process that samples is to do."""
        config, target = evaluation.config, evaluation.target
        model = target.model
        if target.revision is not None:
            model = model.model_copy(update={"revision": target.revision})
        job = TiersJob(
            task=self.task(evaluation),
            model=model,
            checkpoint=str(target.checkpoint) if target.checkpoint else None,
            hardware=config.hardware,
            sandbox=config.sandbox,
        )
        write_json(folder / CONFIG, job.model_dump(mode="json"))
        return job

    def _base(self, evaluation: Evaluation) -> TiersTask:
        run = evaluation.target.run
        if run is None:
            return _parsed("benchmark.….otherwise", TiersTask, self.otherwise)
        directory = RunDirectory(run)
        task = tiers_task(parse(RunConfig, directory.config()), self.split)
        if evaluation.config.data is None and _fingerprint(task) != directory.data_fingerprint():
            raise UserError(
                f"data: {run} was trained on data that has changed since; bring it back, or say "
                "on what to measure with data=…"
            )
        return task


def _measure(folder: Path, processes: Processes, job: TiersJob) -> None:
    """Run the process that samples to its end; what it says on standard output is shown."""
    with processes.own() as children:
        child = children.start(_command(folder), folder / LOG, _environment(job))
        code = processes.wait(child)
    try:
        check_child("the process that samples", code, child.log.text())
    except ChildFailure as failure:
        raise BenchmarkFailure(str(failure)) from failure


def _command(folder: Path) -> list[str]:
    return command_of(MODULE, str(folder))


def _environment(job: TiersJob) -> dict[str, str]:
    """As a run's child has it, alone on the first GPU."""
    child = computing_environment(os.environ, job.hardware)
    if job.hardware.device == "cpu":
        return child
    return child | {GPUS: child.get(GPUS, "0").split(",")[0]}


def _parsed(key: str, model: type[M], node: Mapping[str, Any]) -> M:
    try:
        return parse(model, node)
    except UserError as error:
        raise UserError(f"{key}.{error}") from error


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _source(task: TiersTask) -> DataSource:
    source: DataSource = build("data", task.data)
    return source


def _fingerprint(task: TiersTask) -> str:
    return _source(task).fingerprint()
