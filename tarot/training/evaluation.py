"""The held-out problems before and after training."""

from collections.abc import Sequence
from functools import partial

from tarot.capability import ProblemOutcomes, read_outcomes, write_outcomes
from tarot.data import Split
from tarot.runs import write_atomically
from tarot.sampling import LoadedModel, sample
from tarot.training.context import RunContext
from tarot.training.measuring import solved
from tarot.training.summary import Outcomes
from tarot.types import Problem


def evaluate(context: RunContext, loaded: LoadedModel, when: str) -> Outcomes:
    """The held-out problems as the model solves them now, or did when it was measured."""
    evaluation = context.config.evaluation
    numbers = {
        Split(evaluation.split): evaluation.problems,
        Split.UNSEEN: evaluation.unseen_problems,
    }
    chosen = {split: context.problems[split][:number] for split, number in numbers.items()}
    return {
        split: _measured(context, loaded, problems, f"{when}-{split}")
        for split, problems in chosen.items()
        if problems
    }


def _measured(
    context: RunContext, loaded: LoadedModel, problems: Sequence[Problem], name: str
) -> tuple[ProblemOutcomes, ...]:
    path = context.run.outcomes_path / f"{name}.json"
    if path.exists():
        return read_outcomes(path.read_bytes())
    with context.display.stage(f"evaluate {name}", len(problems)) as advance:
        outcomes = solved(
            context,
            partial(sample, loaded),
            problems,
            samples=context.config.evaluation.samples,
            seed=context.config.seed,
            on_progress=lambda done: advance(done, ""),
        )
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, write_outcomes(outcomes).encode())
    return outcomes
