"""Several training processes by `accelerate launch`, with a vLLM server where the run wants one.

All end together: training when the server ends, the server when training does, and both with this
process. Each writes to files of its own in the run's `logs`.
"""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from launchers.accelerate_config import accelerate_config
from launchers.environment import child_environment, serving_gpus, training_gpus
from launchers.ranks import Ranks
from launchers.vllm_server import Server, check_server, has_server
from tarot.config.batches import plan_batches
from tarot.config.machine import GPUS
from tarot.config.schema import HardwareConfig, RunConfig
from tarot.runs import RunDirectory
from tarot.runs.children import Child, Children, signals
from tarot.runs.exits import Exit
from tarot.runs.files import write_atomically
from tarot.runs.process_log import Log
from tarot.runs.rank_logs import KEEP_LOGS
from tarot.runs.serving import free_port, unproxied
from tarot.types import Outcome, Run, RunState, UserError

SERVER_LOG = "vllm.log"
PROGRAM = (sys.executable, "-m", "launchers.deaf", "accelerate.commands.accelerate_cli")


class AccelerateLauncher:
    """Runs `accelerate launch` to its end; what the first process shows is shown."""

    def __init__(
        self,
        tail_lines: int = 15,
        server_start_s: float = 900.0,
        machine_rank: int = 0,
        main_process_ip: str | None = None,
        main_process_port: int | None = None,
    ) -> None:
        """On one of several machines, say which it is and how it meets the first.

        Args:
            tail_lines: how many of the last lines of a log a failure shows.
            server_start_s: how long a vLLM server may take to load the model.
            machine_rank: the number of this machine, from 0.
            main_process_ip: the address of the first machine, where there are several.
            main_process_port: a port of that machine; None for a free one of this machine.
        """
        self._tail_lines = tail_lines
        self._server_start_s = server_start_s
        self._machine_rank = machine_rank
        # Several machines share the run's directory.
        self._name = f"accelerate-{machine_rank}" if main_process_ip else "accelerate"
        self._ip = main_process_ip
        self._port = main_process_port

    def render(self, run: Run, config: Mapping[str, Any]) -> str:
        """The commands, with names in the places of ports that are picked at the start."""
        settings = RunConfig.model_validate(config)
        training = ["accelerate", *self._arguments(run, self._port or "PORT")]
        if not has_server(settings):
            return shlex.join(training)
        check_server(settings)
        server = Server(settings, "VLLM_PORT", "VLLM_GROUP_PORT")
        ours, theirs = (",".join(of({}, settings.hardware)) for of in (training_gpus, serving_gpus))
        serving = _line({GPUS: theirs}, ["trl", "vllm-serve", *server.arguments])
        return f"{serving}\n{_line({**server.training_variables, GPUS: ours}, training)}"

    def launch(self, run: Run) -> Outcome:
        """Start everything and wait; a first signal lets the training save, a second one kills."""
        directory = RunDirectory(Path(run.directory))
        settings = RunConfig.model_validate(directory.config())
        try:
            check_server(settings)
        except UserError as error:
            return Outcome(RunState.FAILED, str(error), Exit.USER_ERROR)
        self._write_config(directory, settings)
        ranks = Ranks(run, self._ranks_here(settings.hardware))
        with (
            Children() as children,
            signals(partial(_stop, ranks, children), children.kill) as received,
        ):
            end = self._run(children, run, directory, settings)
        if end.fault and not received:
            return Outcome(RunState.FAILED, end.fault, Exit.FAILED)
        return ranks.outcome(end.training, bool(received), self._tail_lines)

    def _run(
        self, children: Children, run: Run, directory: RunDirectory, settings: RunConfig
    ) -> "_End":
        environment = {**child_environment(os.environ, settings.hardware), KEEP_LOGS: "1"}
        if has_server(settings):
            server = Server(settings, free_port(), free_port())
            log = directory.logs_path / SERVER_LOG
            theirs = serving_gpus(os.environ, settings.hardware)
            variables = {**environment, GPUS: ",".join(theirs)}
            served = children.start(server.command, log, variables, stdout=log)
            fault = server.fault_of_start(served, self._server_start_s)
            if fault:
                return _End(self._with_log(served, fault))
            environment |= {**server.training_variables, **unproxied(os.environ)}
        command = [*PROGRAM, *self._arguments(run, self._port or free_port())]
        shown = Log.from_now(directory.stdout_of(self._ranks_here(settings.hardware)[0]))
        log = directory.logs_path / f"{self._name}.log"
        training = children.start(command, log, environment, stdout=shown.path)
        ended = children.first_ended(meanwhile=shown.show)
        shown.show()
        if ended is not training:
            code = ended.process.returncode
            fault = f"the vLLM server ended with exit code {code} during training"
            return _End(self._with_log(ended, fault))
        return _End("", training)

    def _write_config(self, directory: RunDirectory, settings: RunConfig) -> None:
        steps = plan_batches(settings).accumulation_steps
        content = yaml.safe_dump(accelerate_config(settings.hardware, steps), sort_keys=True)
        write_atomically(directory.path / f"{self._name}.yaml", content.encode())

    def _ranks_here(self, hardware: HardwareConfig) -> range:
        size = hardware.processes // hardware.nodes
        return range(self._machine_rank * size, (self._machine_rank + 1) * size)

    def _arguments(self, run: Run, port: int | str) -> list[str]:
        """What `accelerate` is told."""
        machine = ("--machine_rank", str(self._machine_rank)) if self._ip else ()
        address = ("--main_process_ip", self._ip) if self._ip else ()
        return [
            "launch",
            *("--config_file", f"{run.directory}/{self._name}.yaml"),
            *machine,
            *address,
            *("--main_process_port", str(port)),
            *run.command[1:],
        ]

    def _with_log(self, child: Child, fault: str) -> str:
        return f"{child.log.tail(self._tail_lines)}\n{fault}; see {child.log.path}".strip()


@dataclass(frozen=True, slots=True)
class _End:
    """What kept `accelerate launch` from its end, or the process that came to it."""

    fault: str
    training: Child | None = None


def _stop(ranks: Ranks, children: Children, number: int) -> None:
    """Before there is a training nothing has to be saved."""
    if not ranks.send(number):
        children.kill()


def _line(variables: Mapping[str, str], command: Sequence[str]) -> str:
    """A command as one types it, without variables that are empty."""
    given = [f"{name}={shlex.quote(value)}" for name, value in variables.items() if value]
    return " ".join([*given, shlex.join(command)])
