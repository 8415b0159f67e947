"""The figures of a trainer's bench, as tables and as JSON."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.table import Table

from tarot.bench.requirements import Requirement
from tarot.bench.trainer import Pair, Side, Steps, trainer_requirement
from tarot.config.schema import RunConfig


@dataclass(frozen=True, slots=True)
class TrainerReport:
    """All pairs so far; `load` is the number of ready processes before the first."""

    config: RunConfig
    load: float
    pairs: tuple[Pair, ...] = ()

    @property
    def requirement(self) -> Requirement:
        """The throughput that ours is held to."""
        return trainer_requirement(self.pairs, self.config.hardware.threads)

    def to_plain(self) -> dict[str, Any]:
        """The report as plain data for JSON."""
        plain = _ADAPTER.dump_python(self, mode="json")
        ratios = [
            {"throughput": pair.throughput_ratio, "cpu": pair.cpu_ratio, "same": pair.is_same_work}
            for pair in self.pairs
        ]
        return {**plain, "ratios": ratios}


_ADAPTER = TypeAdapter(TrainerReport)


def new_report(config: RunConfig) -> TrainerReport:
    """What can be asked before anything is measured."""
    return TrainerReport(config, os.getloadavg()[0])


def show_trainer(report: TrainerReport) -> RenderableType:
    """What was measured, both sides and their ratios."""
    return Group(_settings(report), _sides(report.pairs), _ratios(report))


def _settings(report: TrainerReport) -> Table:
    table = Table("setting", "value", title="what was measured", title_justify="left")
    for row in _rows_of_settings(report):
        table.add_row(*row)
    return table


def _rows_of_settings(report: TrainerReport) -> Iterator[tuple[str, str]]:
    config, hardware = report.config, report.config.hardware
    steps = report.pairs[0].ours
    yield "model", f"{config.model.id} ({config.model.architecture.parameters:,})"
    yield (
        "hardware",
        f"{hardware.device}, {hardware.dtype}, autocast {hardware.autocast or 'off'}, "
        f"{hardware.threads} threads, generation by "
        f"{f'vLLM ({hardware.vllm.mode})' if hardware.vllm else 'transformers'}",
    )
    yield (
        "a step",
        f"{config.problems_per_step} problems x {config.num_generations} completions of at most "
        f"{config.trainer['max_completion_length']} tokens",
    )
    way = "one run after the other" if hardware.vllm else "both runs in turns, step by step"
    yield "compared", f"{steps.num_steps} steps of each run, from the second to the last; {way}"
    yield Side.OURS, "grading by a sandbox that runs nothing, curriculum, metrics, rollouts"
    yield Side.BARE, "GRPOTrainer with the same model, prompts, GRPOConfig and reward"
    yield "the reward", "a hash of the completion's text"
    yield "same completions", _sameness(report.pairs)
    yield "load before", f"{report.load:.1f} (rates are worth something on a quiet machine alone)"


def _sameness(pairs: Sequence[Pair]) -> str:
    num_same = sum(pair.is_same_work for pair in pairs)
    return f"in {num_same} of {len(pairs)} pairs, text by text and token by token"


def _sides(pairs: Sequence[Pair]) -> Table:
    table = Table(
        title=f"{len(pairs)} runs of each: median (lowest to highest)", title_justify="left"
    )
    for column in ("side", "steps/min", "tokens/s", "CPU s a step"):
        table.add_column(column, justify="left" if column == "side" else "right")
    runs: dict[Side, list[Steps]] = {
        Side.OURS: [pair.ours for pair in pairs],
        Side.BARE: [pair.bare for pair in pairs],
    }
    for side, steps in runs.items():
        table.add_row(
            side,
            spread([one.steps_per_minute for one in steps], 1),
            spread([one.tokens_per_s for one in steps], 1),
            spread([one.cpu_s_per_step for one in steps], 3),
        )
    return table


def _ratios(report: TrainerReport) -> Table:
    table = Table(title="ours over TRL alone, pair by pair", title_justify="left")
    for column in ("ratio", "median (lowest to highest)", "required", "holds"):
        table.add_column(column, justify="left" if column == "ratio" else "right")
    requirement, pairs = report.requirement, report.pairs
    table.add_row(
        requirement.name,
        spread([pair.throughput_ratio for pair in pairs], 3),
        f"{requirement.bound} {requirement.required:g}",
        "yes" if requirement.holds else "no",
    )
    table.add_row("the same by CPU time", spread([pair.cpu_ratio for pair in pairs], 3), "", "")
    return table


def spread(figures: Sequence[float], digits: int) -> str:
    """The median, and the lowest and highest figure."""
    low, high = min(figures), max(figures)
    return f"{median(figures):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
