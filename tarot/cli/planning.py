"""From a composed config to a run that can start: all checks, before anything heavy."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from tarot.capability import AdaptiveChoice
from tarot.cli.estimates import (
    Length,
    effort_rows,
    eval_rows,
    read_length,
    sandbox_rows,
    time_rows,
)
from tarot.cli.memory_estimates import adapter_rows, memory_rows
from tarot.config.hub_access import check_hub
from tarot.config.machine import check_hardware, check_split
from tarot.config.model_facts import with_facts
from tarot.config.model_source import check_model
from tarot.config.quantization import check_bitsandbytes
from tarot.config.run import validate_run
from tarot.config.schema import ArchitectureConfig, RunConfig
from tarot.config.targets import build
from tarot.curriculum import OnlinePolicy, decoupled_weights, phases
from tarot.data import DataSource
from tarot.plan.arithmetic import describe_batch
from tarot.plan.fitting import check_context, feasibility_checks
from tarot.runs import RunDirectory, locate
from tarot.runs.changes import change_of, going_on
from tarot.runs.queueing import QueueingLauncher
from tarot.types import Reward, Tier, TierWeights, UserError


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A valid config, its typed form, and where its run lies.

    A run that is there already has the length and the schedule that `going_on` gives it.
    """

    config: Mapping[str, Any]
    settings: RunConfig
    data_fingerprint: str
    directory: Path


def plan_run(config: Mapping[str, Any], *, is_to_train: bool = True) -> PlannedRun:
    """Check the config, the machine, the data and the model; UserError for the first fault.

    A dry run is planned anywhere: `show_plan` tells what can't work and what is missing.
    Where nothing `is_to_train`, neither its memory nor the number of machines matters.
    """
    config = with_facts(config)
    settings = validate_run(config)
    build("curriculum", config["curriculum"])
    check_decoupled(build("reward", config["reward"]), settings)
    if not settings.dry_run:
        checks: tuple[Callable[[], None], ...] = (partial(check_context, settings),)
        if is_to_train:
            checks = (*feasibility_checks(settings), partial(_check_nodes, config, settings))
        for check in (*checks, *_checks_of_place(config, settings)):
            check()
    fingerprint = _source(config["data"]).fingerprint()
    directory = locate(config, fingerprint)
    config = going_on(config, fingerprint, RunDirectory(directory))
    return PlannedRun(config, validate_run(config), fingerprint, directory)


def check_decoupled(reward: Reward, settings: RunConfig) -> None:
    """UserError where a decoupled reward contradicts other settings."""
    if decoupled_weights(reward) is None:
        return
    if settings.dynamic_sampling is not None:
        raise UserError(
            "dynamic_sampling: reward.aggregate=decoupled normalises over a batch of which some is "
            "not trained on; set reward.aggregate=sum, or dynamic_sampling=null"
        )
    scaling = settings.trainer.get("scale_rewards", "group")
    if scaling not in ("group", True):
        raise UserError(
            f"trainer.scale_rewards={scaling}: with reward.aggregate=decoupled every part is "
            "scaled within its group, and their sum over the batch; leave it out"
        )


def facts(run: PlannedRun, length: Length) -> Table:
    """Where the run lies, what it trains, in which batches and stages, and what that takes."""
    settings = run.settings
    table = Table("", Column(overflow="fold"), show_header=False, box=None)
    table.add_row("directory", str(run.directory))
    for words in _changed(run):
        table.add_row("", words)
    table.add_row("model", f"{settings.model.id} ({_parameters(settings.model.architecture)})")
    table.add_row("step", describe_batch(settings))
    table.add_row("stages", ", ".join(_stages(run)))
    table.add_row("steps", length.words)
    for row in (
        *effort_rows(settings, length),
        *eval_rows(settings, length),
        *sandbox_rows(settings, length),
        *adapter_rows(settings),
        *memory_rows(settings),
        *time_rows(settings, length),
    ):
        table.add_row(*row)
    return table


def _changed(run: PlannedRun) -> Iterator[str]:
    """How the run would go on otherwise than before, or why it can't."""
    try:
        change = change_of(run.config, run.data_fingerprint, RunDirectory(run.directory))
    except UserError as error:
        yield f"can't go on: {error}"
    else:
        if change is not None:
            yield change.in_words


def infeasible(settings: RunConfig) -> list[str]:
    """What of the settings can't work on any machine that has what they ask for."""
    return _faults(feasibility_checks(settings))


def add_faults(table: Table, faults: Sequence[str], name: str = "can't work") -> None:
    """A row for each."""
    for fault in faults:
        table.add_row(name, fault, style="red")


def show_plan(run: PlannedRun, console: Console) -> None:
    """What the run would do, what of it can't work, and what this machine lacks."""
    table = facts(run, read_length(run.config, run.settings))
    table.add_row("curriculum", "\n".join(_schedule(run.config["curriculum"])))
    add_faults(table, infeasible(run.settings))
    missing = _faults([partial(_check_nodes, run.config, run.settings)])
    missing += _faults(_checks_of_place(run.config, run.settings))
    add_faults(table, missing, "missing here")
    console.print(table, soft_wrap=True)


def _parameters(shape: ArchitectureConfig) -> str:
    """How many there are, and of experts how many a token goes through."""
    if shape.experts is None:
        return f"{shape.parameters:,}"
    return f"{shape.parameters:,}, {shape.active_parameters:,} of them for a token"


def _source(node: Mapping[str, Any]) -> DataSource:
    source: DataSource = build("data", node)
    return source


def _checks_of_place(
    config: Mapping[str, Any], settings: RunConfig
) -> tuple[Callable[[], None], ...]:
    """Whether what the run needs is here, cheapest first; a queued run is another machine's."""
    of_machine: tuple[Callable[[], None], ...] = (partial(check_split, settings.hardware),)
    if not _is_queued(config):
        of_machine = (
            partial(check_hardware, settings.hardware),
            partial(check_bitsandbytes, settings.lora),
        )
    return (
        *of_machine,
        partial(check_hub, settings.hub),
        partial(_check_data, config["data"]),
        partial(check_model, settings.model),
    )


def _check_nodes(config: Mapping[str, Any], settings: RunConfig) -> None:
    """UserError where several machines are asked for and nothing would start the others."""
    nodes, has_first = settings.hardware.nodes, config["launcher"].get("main_process_ip")
    if nodes > 1 and not has_first and not _is_queued(config):
        raise UserError(
            f"hardware.nodes={nodes}: the launcher starts one machine; set launcher=slurm or "
            "launcher=dstack"
        )


def _is_queued(config: Mapping[str, Any]) -> bool:
    return isinstance(build("launcher", config["launcher"]), QueueingLauncher)


def _check_data(node: Mapping[str, Any]) -> None:
    try:
        _source(node).check()
    except UserError as error:
        text = str(error)
        raise UserError(text if text.startswith("data.") else f"data: {text}") from error


def _stages(run: PlannedRun) -> list[str]:
    """What the run does, in order; a probe or cold start that is cached is not made again."""
    settings = run.settings
    is_adaptive = isinstance(build("curriculum", run.config["curriculum"]), AdaptiveChoice)
    stages = {
        "cold start": settings.cold_start is not None,
        "probe": is_adaptive or settings.filter is not None,
        "evaluation": True,
        "GRPO": True,
        "evaluation again": True,
    }
    return [stage for stage, is_due in stages.items() if is_due]


def _schedule(node: Mapping[str, Any]) -> list[str]:
    curriculum = build("curriculum", node)
    if isinstance(curriculum, OnlinePolicy):
        return [decided_on_line(curriculum)]
    if isinstance(curriculum, AdaptiveChoice):
        return ["decided at start"]
    return [f"from {phase.start:.0%}: {_weights(phase.weights)}" for phase in phases(curriculum)]


def decided_on_line(policy: OnlinePolicy) -> str:
    """What is known of an on-line policy before the run."""
    return f"decided on line; it starts with {_weights(policy.weights())}"


def _weights(weights: TierWeights) -> str:
    active = weights.weights
    shown = ", ".join(f"{tier} {active[tier]:g}" for tier in Tier if tier in active)
    return f"{shown}, all must pass" if weights.all_must_pass else shown


def _faults(checks: Sequence[Callable[[], None]]) -> list[str]:
    faults = (_fault(check) for check in checks)
    return [fault for fault in faults if fault]


def _fault(check: Callable[[], None]) -> str:
    try:
        check()
    except UserError as error:
        return str(error)
    return ""
