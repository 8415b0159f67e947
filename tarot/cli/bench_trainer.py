"""`tarot bench what=trainer`: our trainer beside TRL's alone, on this machine."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from tarot.bench.trainer import MIN_STEPS, measure_pairs
from tarot.bench.trainer_report import new_report, show_trainer
from tarot.cli.outputs import check_output
from tarot.cli.planning import PlannedRun, plan_run
from tarot.cli.screen import screen
from tarot.config.model_facts import with_facts
from tarot.config.schema import HardwareConfig, RunConfig
from tarot.config.trials import BenchTrainerConfig
from tarot.config.validation import parse
from tarot.runs import write_json
from tarot.types import UserError

LOCAL = "launchers.local.LocalLauncher"
EXPERIMENT = "+experiment="


def with_experiment(arguments: Sequence[str]) -> list[str]:
    """The arguments, with the experiment for a bench where they name none."""
    is_named = any(argument.startswith(EXPERIMENT) for argument in arguments)
    return list(arguments) if is_named else [f"{EXPERIMENT}bench", *arguments]


def bench_trainer(config: Mapping[str, Any]) -> None:
    """Measure what one config describes and show it; `out` is written after each pair."""
    config = with_facts(config)
    bench = parse(BenchTrainerConfig, config)
    check_output("out", bench.out)
    check_comparable(bench)
    own = BenchTrainerConfig.model_fields.keys() - RunConfig.model_fields.keys()
    planned = plan_run({key: config[key] for key in config if key not in own})
    _measure(planned, bench)


def check_comparable(config: RunConfig) -> None:
    """UserError for a setting under which TRL alone would not do the same."""
    for key in ("cold_start", "filter", "dynamic_sampling", "eval"):
        if getattr(config, key) is not None:
            raise UserError(f"{key}: TRL alone has nothing like it; set {key}=null")
    _check_records(config)
    _check_launcher(config.launcher)
    _check_processes(config.hardware)
    _check_steps(config.trainer)


def _check_records(config: RunConfig) -> None:
    if config.tracker.report_to:
        raise UserError("tracker: TRL alone is measured without; set tracker=none")
    if config.hub.push:
        raise UserError("hub.push: what a bench trains is thrown away; set hub.push=false")
    every = config.trainer.get("logging_steps")
    if every != 1:
        raise UserError(f"trainer.logging_steps={every}: tokens are read of each step; set it to 1")


def _check_launcher(node: Mapping[str, Any]) -> None:
    """A launcher that is not ours is the user's to answer for."""
    target = node["_target_"]
    if target.startswith("launchers.") and target != LOCAL:
        raise UserError(f"launcher={target}: a plain process is measured; set launcher=local")


def _check_steps(trainer: Mapping[str, Any]) -> None:
    """Each step generates its own completions, all at once: they are counted by step."""
    num_steps = trainer.get("max_steps")
    if not isinstance(num_steps, int) or num_steps < MIN_STEPS:
        raise UserError(f"trainer.max_steps={num_steps}: give at least {MIN_STEPS} steps")
    iterations = trainer.get("num_iterations", 1)
    if iterations != 1:
        raise UserError(f"trainer.num_iterations={iterations}: each step generates; set it to 1")
    passes = trainer.get("steps_per_generation")
    if passes is not None:
        raise UserError(f"trainer.steps_per_generation={passes}: each step generates; leave it out")


def _check_processes(hardware: HardwareConfig) -> None:
    number, vllm = hardware.processes, hardware.vllm
    if number != 1:
        raise UserError(f"hardware.processes={number}: one process is measured; set it to 1")
    if vllm is not None and vllm.mode == "server":
        raise UserError("hardware.vllm.mode=server: one process is measured; set it to colocate")


def _measure(planned: PlannedRun, bench: BenchTrainerConfig) -> None:
    """Runs are made where others are, so that they write to the same kind of disk."""
    runs = Path(bench.runs_dir)
    runs.mkdir(parents=True, exist_ok=True)
    report = new_report(planned.settings)
    with (
        TemporaryDirectory(dir=runs, prefix="bench-") as folder,
        Console(stderr=True).status("starting") as status,
    ):
        for pair in measure_pairs(
            planned.config, planned.data_fingerprint, Path(folder), bench.pairs, status.update
        ):
            report = replace(report, pairs=(*report.pairs, pair))
            if bench.out:
                write_json(Path(bench.out), report.to_plain())
    screen().print(show_trainer(report))
