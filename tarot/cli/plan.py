"""`tarot plan`: what a run will do, whatever this machine has."""

from collections.abc import Iterator, Sequence
from functools import partial

from rich.console import Console

from tarot.capability import AdaptiveChoice
from tarot.cli.composition import compose
from tarot.cli.estimates import read_length
from tarot.cli.planning import (
    PlannedRun,
    add_faults,
    decided_on_line,
    facts,
    infeasible,
    plan_run,
)
from tarot.cli.screen import screen
from tarot.config.targets import build
from tarot.curriculum import OnlinePolicy
from tarot.plan.drawing import draw
from tarot.plan.schedule import code_ceiling, plan_phases
from tarot.runs.exits import Exit
from tarot.types import Policy, Reward


def run(arguments: Sequence[str]) -> int:
    """Show the plan of every run that the arguments describe."""
    planned = [plan_run(job.config) for job in compose("plan", arguments)]
    for one in planned:
        _show(one, screen())
    return Exit.OK


def _show(planned: PlannedRun, console: Console) -> None:
    length = read_length(planned.config, planned.settings)
    table = facts(planned, length)
    curriculum = build("curriculum", planned.config["curriculum"])
    if isinstance(curriculum, OnlinePolicy):
        table.add_row("curriculum", decided_on_line(curriculum))
    add_faults(table, infeasible(planned.settings))
    console.print(table, soft_wrap=True)
    reward: Reward = build("reward", planned.config["reward"])
    ceiling = partial(code_ceiling, reward)
    for title, policy in _policies(curriculum):
        console.print()
        console.print(draw(title, plan_phases(policy, length.steps, length.timeline), ceiling))


def _policies(curriculum: Policy | OnlinePolicy | AdaptiveChoice) -> Iterator[tuple[str, Policy]]:
    """The curriculum, or each that the adaptive one may choose; none of an on-line one."""
    if isinstance(curriculum, AdaptiveChoice):
        for name, policy in curriculum.choices.items():
            yield f"decided at start; it may be {name}", policy
    elif not isinstance(curriculum, OnlinePolicy):
        yield "curriculum", curriculum
