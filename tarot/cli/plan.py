"""`tarot plan`: what a run will do, whatever this machine has."""

from collections.abc import Iterator, Sequence
from functools import partial

from rich.console import Console

from tarot.capability import AdaptiveChoice
from tarot.cli.composition import compose
from tarot.cli.planning import PlannedRun, decided_on_line, facts, plan_run
from tarot.cli.screen import screen
from tarot.config.batches import has_fixed_length, num_steps
from tarot.config.targets import build
from tarot.curriculum import OnlinePolicy
from tarot.data import DataSource, Split
from tarot.plan.arithmetic import describe_length
from tarot.plan.drawing import draw
from tarot.plan.schedule import code_ceiling, plan_phases
from tarot.runs.exits import Exit
from tarot.types import Policy, Reward, UserError


def run(arguments: Sequence[str]) -> int:
    """Show the plan of every run that the arguments describe."""
    planned = [plan_run(job.config) for job in compose("plan", arguments)]
    for one in planned:
        _show(one, screen())
    return Exit.OK


def _show(planned: PlannedRun, console: Console) -> None:
    table, steps = facts(planned), None
    try:
        num_problems = _num_problems(planned)
        length = describe_length(planned.settings, num_problems)
        if planned.settings.filter is None or has_fixed_length(planned.settings):
            steps = num_steps(planned.settings, num_problems)
            table.add_row("steps", length)
        else:
            table.add_row("steps", f"{length}, less what the filter leaves out")
    except UserError as error:
        table.add_row("steps", f"not known without the data: {error}")
    curriculum = build("curriculum", planned.config["curriculum"])
    if isinstance(curriculum, OnlinePolicy):
        table.add_row("curriculum", decided_on_line(curriculum))
    console.print(table, soft_wrap=True)
    reward: Reward = build("reward", planned.config["reward"])
    for title, policy in _policies(curriculum):
        console.print()
        console.print(draw(title, plan_phases(policy, steps), partial(code_ceiling, reward)))


def _num_problems(planned: PlannedRun) -> int:
    """How many problems there are to train on; they are read only where the steps hang on them."""
    if has_fixed_length(planned.settings):
        return 0
    source: DataSource = build("data", planned.config["data"])
    source.check()
    return len(source.load(Split.TRAIN))


def _policies(curriculum: Policy | OnlinePolicy | AdaptiveChoice) -> Iterator[tuple[str, Policy]]:
    """The curriculum, or each that the adaptive one may choose; none of an on-line one."""
    if isinstance(curriculum, AdaptiveChoice):
        for name, policy in curriculum.choices.items():
            yield f"decided at start; it may be {name}", policy
    elif not isinstance(curriculum, OnlinePolicy):
        yield "curriculum", curriculum
