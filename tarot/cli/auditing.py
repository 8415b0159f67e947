"""What `tarot audit` and `tarot generate` share: an audit's effort, and measuring with a bar."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tarot.audit.measured import Effort, Ledger
from tarot.audit.measuring import Measurer
from tarot.config.schema import GradingConfig
from tarot.config.trials import EffortConfig
from tarot.types import Limits, Problem, Sandbox


def effort_of(config: EffortConfig, grading: GradingConfig, seed: int) -> Effort:
    """The effort that a config asks for; `seed` draws the mutants."""
    return Effort(
        limits=Limits(**grading.limits.model_dump()),
        comparator=grading.comparator,
        runs=config.runs,
        mutants=config.mutants,
        mutant_time_factor=config.mutant_time_factor,
        seed=seed,
    )


def measure(
    problems: Sequence[Problem], sandbox: Sandbox, effort: Effort, ledger: Ledger, errors: Console
) -> None:
    """Run what the ledger lacks, and show how far it is; UserError in an outage."""
    columns = (
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
        *(TextColumn("{task.fields[rate]}"), TimeRemainingColumn()),
    )
    measurer = Measurer(sandbox, effort)
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as progress:
        task = progress.add_task("audit of problems", total=len(problems), rate="")
        for one in measurer.stream(problems, ledger):
            seconds = progress.tasks[0].elapsed or 0.0
            rate = f"{one.num_runs / seconds:,.0f} runs/s" if seconds else ""
            progress.update(task, completed=one.num_done, rate=rate)
