"""One task of Evalchemy as a benchmark: checked, run by a process of its own, and read."""

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tarot.evaluation.benchmark import BenchmarkFailure, Evaluation, Measured, Processes
from tarot.evaluation.evalchemy.arguments import (
    SERVED,
    Endpoint,
    Weights,
    command,
    joined,
    model_arguments,
)
from tarot.evaluation.evalchemy.checks import check_machine, check_number, check_server
from tarot.evaluation.evalchemy.faults import cause_of_end, logged_error, traceback_in
from tarot.evaluation.evalchemy.hub_data import check_hub_data
from tarot.evaluation.evalchemy.installation import Installation
from tarot.evaluation.evalchemy.outputs import Expected, Found, read_result
from tarot.evaluation.evalchemy.samples import FILE, solved_by_problem
from tarot.evaluation.evalchemy.serving import (
    NAME,
    named_endpoint,
    own_endpoint,
    serve_command,
)
from tarot.evaluation.evalchemy.surroundings import (
    API_KEY,
    HUB_KEYS,
    SAMPLES,
    environment_of_task,
    scratch_folder,
)
from tarot.evaluation.evalchemy.weights import fetched_weights, named_weights
from tarot.runs.serving import HOST, unproxied
from tarot.types import UserError

OUTPUT = "output"
LOG = "evalchemy.log"
SHOWN = "evalchemy.stdout.log"


@dataclass(frozen=True, slots=True)
class EvalchemyTask:
    """A task by its name in Evalchemy; the fields are the keys of its file in `conf/benchmark`.

    `metrics` are fractions whose mean is the score, and `std_error` the key of Evalchemy's own
    standard error. An answer has up to `max_tokens`, and fewer where the context would not hold
    `prompt_tokens` beside them. `data` are files of the checkout, the last of which has a line for
    each problem, and `hub_data` is a data set that the task loads from the hub. `num_problems`, and
    `num_debug_problems` of the small run, are None where they are not known before.
    """

    task: str
    metrics: tuple[str, ...]
    num_problems: int | None
    num_debug_problems: int | None
    num_samples: int
    max_tokens: int
    prompt_tokens: int
    std_error: str | None = None
    data: tuple[str, ...] = ()
    hub_data: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def settings(self, evaluation: Evaluation) -> dict[str, Any]:
        """What the score depends on; over how many GPUs the work is spread is not part of it."""
        config = evaluation.config
        evalchemy = config.evalchemy
        return {
            "harness": "evalchemy",
            "commit": evalchemy.commit,
            "task": self.task,
            "metrics": list(self.metrics),
            "max_tokens": self.answer_tokens(evaluation),
            "context_length": _context(evaluation),
            "backend": evalchemy.backend,
            "dtype": None if _asks_users_server(evaluation) else config.hardware.dtype,
            "batch_size": evalchemy.batch_size if evalchemy.backend == "hf" else None,
            "seed": config.seed,
            "debug": config.debug,
        }

    def answer_tokens(self, evaluation: Evaluation) -> int:
        """Tokens of the longest answer; UserError where the context has no room for one."""
        context = _context(evaluation)
        limit = min(self.max_tokens, context - self.prompt_tokens)
        if limit < 1:
            raise UserError(
                f"context_length={context}: prompts of {self.task} may take {self.prompt_tokens} "
                "tokens; set a longer one, or benchmark.….prompt_tokens"
            )
        return limit

    def check(self, evaluation: Evaluation) -> None:
        """UserError unless Evalchemy, its data and the machine are as the config says."""
        config = evaluation.config
        self.answer_tokens(evaluation)
        check_server(config.evalchemy)
        if _asks_users_server(evaluation):
            named_endpoint(config)
        else:
            check_machine(config)
        joined(model_arguments(config, _planned_model(evaluation), _context(evaluation)))
        modules = ("vllm",) if config.evalchemy.backend == "vllm" else ()
        installation = Installation.of(config.evalchemy)
        installation.check(modules, self.data)
        if self.data and self.num_problems is not None:
            check_number(installation.root / self.data[-1], self.num_problems)
        if self.hub_data is not None:
            check_hub_data(self.hub_data, config.evalchemy.data)

    def render(self, evaluation: Evaluation, folder: Path) -> str:
        """The command, and before it that of the server, if one is started."""
        commands = [self._command(evaluation, _planned_model(evaluation), folder)]
        if evaluation.config.evalchemy.backend == SERVED and not _asks_users_server(evaluation):
            weights, context = _planned_weights(evaluation), _context(evaluation)
            commands.insert(0, serve_command(evaluation.config, weights, context, "PORT"))
        return "\n  ".join(map(shlex.join, commands))

    def run(self, evaluation: Evaluation, folder: Path, processes: Processes) -> Measured:
        """Run the task and read what it leaves; what an earlier try left is removed first."""
        for name in (OUTPUT, FILE, LOG, SHOWN):
            _remove(folder / name)
        model = _model(evaluation, folder, processes)
        code, log = self._start(evaluation, model, folder, processes)
        if code:
            raise BenchmarkFailure(cause_of_end(code, log))
        if (line := traceback_in(log)) is not None:
            raise BenchmarkFailure(line)
        return self._measured(evaluation, folder, log)

    def expected(self, *, debug: bool) -> Expected:
        """What the result has to hold, of the whole task or of its small run."""
        num_problems = self.num_debug_problems if debug else self.num_problems
        return Expected(self.task, self.metrics, self.std_error, num_problems, self.num_samples)

    def _measured(self, evaluation: Evaluation, folder: Path, log: str) -> Measured:
        expected = self.expected(debug=evaluation.config.debug)
        try:
            found = read_result(folder / OUTPUT, expected)
            counted = replace(expected, num_problems=found.num_problems or expected.num_problems)
            solved = solved_by_problem(folder / FILE, counted, found.values)
        except BenchmarkFailure as failure:
            error = logged_error(log)
            raise BenchmarkFailure(f"{failure}: {error}" if error else str(failure)) from failure
        return self._summed(found, solved)

    def _summed(self, found: Found, solved: Mapping[str, list[float]]) -> Measured:
        parts = dict(found.values) if len(found.values) > 1 else {}
        return Measured(
            metric=" + ".join(self.metrics),
            value=sum(found.values.values()) / len(found.values),
            num_problems=len(solved),
            num_samples=self.num_samples,
            std_error=found.std_error,
            parts=parts,
            solved=solved,
        )

    def _command(
        self, evaluation: Evaluation, model: Endpoint | Weights, folder: Path
    ) -> list[str]:
        config = evaluation.config
        python = Installation.of(config.evalchemy).python
        model_args = model_arguments(config, model, _context(evaluation))
        arguments = command(python, config, self.task, model_args, self.answer_tokens(evaluation))
        return [*arguments, "--output_path", str(folder.resolve() / OUTPUT)]

    def _start(
        self,
        evaluation: Evaluation,
        model: Endpoint | Weights,
        folder: Path,
        processes: Processes,
    ) -> tuple[int, str]:
        """The exit code and the standard error of the task."""
        config = evaluation.config
        arguments = self._command(evaluation, model, folder)
        environment = self._environment(evaluation, folder)
        data = Path(config.evalchemy.data) if config.evalchemy.data else None
        root = Installation.of(config.evalchemy).root
        with scratch_folder(root, data) as scratch, processes.own() as children:
            environment["TMPDIR"] = str(scratch / "tmp")
            child = children.start(
                arguments, folder / LOG, environment, stdout=folder / SHOWN, folder=scratch
            )
            return processes.wait(child), child.log.text()

    def _environment(self, evaluation: Evaluation, folder: Path) -> dict[str, str]:
        config = evaluation.config
        needs_hub = evaluation.target.checkpoint is None or self.hub_data is not None
        kept = HUB_KEYS if needs_hub else ()
        child = environment_of_task(os.environ, config.hardware, kept) | dict(self.environment)
        child[SAMPLES] = str(folder.resolve() / FILE)
        if _asks_users_server(evaluation):
            child[API_KEY] = os.environ.get(API_KEY) or "none"
        elif config.evalchemy.backend == SERVED:
            child |= {API_KEY: "none", **unproxied(os.environ)}
        return child


def _context(evaluation: Evaluation) -> int:
    longest = evaluation.target.model.architecture.context_length
    given = evaluation.config.context_length
    if given is not None and given > longest:
        raise UserError(f"context_length={given}: the model's own is {longest}; leave it out")
    return given or longest


def _model(evaluation: Evaluation, folder: Path, processes: Processes) -> Endpoint | Weights:
    """The server to ask, or the weights to load."""
    config = evaluation.config
    if _asks_users_server(evaluation):
        return named_endpoint(config)
    weights = fetched_weights(evaluation, folder, processes)
    if config.evalchemy.backend == SERVED:
        return own_endpoint(evaluation, weights, _context(evaluation), processes)
    return weights


def _planned_model(evaluation: Evaluation) -> Endpoint | Weights:
    """As `_model` as far as that can be told before anything is asked, made or started."""
    settings = evaluation.config.evalchemy
    if settings.backend != SERVED:
        return _planned_weights(evaluation)
    if settings.base_url is not None:
        return Endpoint(settings.base_url, settings.served_model or NAME)
    return Endpoint(f"http://{HOST}:PORT/v1", NAME)


def _planned_weights(evaluation: Evaluation) -> Weights:
    return named_weights(evaluation.target) or Weights("WEIGHTS")


def _asks_users_server(evaluation: Evaluation) -> bool:
    settings = evaluation.config.evalchemy
    return settings.backend == SERVED and settings.base_url is not None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
