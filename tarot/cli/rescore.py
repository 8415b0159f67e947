"""`tarot rescore`: what a run's completions would have earned under other policies."""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tarot.cli.composition import ALL, choose_options, compose
from tarot.cli.screen import screen
from tarot.cli.terms import choose_terms
from tarot.config.rescoring import RescoreConfig
from tarot.config.schema import Node
from tarot.config.targets import build, check_target
from tarot.config.validation import parse
from tarot.data.lazy import heavy
from tarot.rescoring.report import LEGEND, log_notes, to_markdown, to_plain, to_table
from tarot.rescoring.rescore import Rescored, rescore
from tarot.runs import RunDirectory, write_atomically, write_json
from tarot.runs.exits import Exit
from tarot.types import Policy, UserError

_GROUP = "curriculum"


def run(arguments: Sequence[str]) -> int:
    """Score every run that the arguments name again."""
    named = [argument for argument in arguments if argument.startswith(f"{_GROUP}=")]
    is_all = named[-1:] in ([], [f"{_GROUP}={ALL}"])
    for job in compose("rescore", choose_options(_GROUP, arguments)):
        config = parse(RescoreConfig, job.config)
        _rescore(config, _policies(config.curriculum, is_all))
    return Exit.OK


def _policies(nodes: Mapping[str, Node], is_all: bool) -> dict[str, Policy]:
    """The policies by name; of all that there are, those that depend on progress alone."""
    policies: dict[str, Policy] = {}
    for name, node in nodes.items():
        key = f"{_GROUP}.{name}"
        check_target(key, node)
        policy = build(key, node)
        if hasattr(policy, "at"):
            policies[name] = policy
        elif not is_all:
            raise UserError(
                f"{_GROUP}={name}: it decides by what happens in its own run, so the log of "
                "another can't be replayed under it; name policies that depend on progress alone"
            )
    return policies


def _rescore(config: RescoreConfig, policies: Mapping[str, Policy]) -> None:
    check_target("sandbox", config.sandbox)
    if config.out is not None:
        heavy("matplotlib")
    directory = RunDirectory.open(Path(config.run))
    terms = choose_terms(directory, config)
    rescored = rescore(directory, terms.own, policies, terms.changed)
    notes = [*terms.notes, *log_notes(rescored)]
    name = directory.path.resolve().name
    console = screen()
    console.print(to_table(name, rescored))
    for text in (LEGEND, *notes):
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    if config.out is not None:
        _write(name, rescored, notes, Path(config.out))


def _write(run: str, rescored: Rescored, notes: Sequence[str], folder: Path) -> None:
    plot = importlib.import_module("tarot.rescoring.plot")
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "table.md", to_markdown(run, rescored, notes).encode())
    write_json(folder / "rescored.json", to_plain(run, rescored, notes))
    plot.write_plot(run, rescored, folder / "rescored.png")
