"""The held-out problems before and after training."""

from collections.abc import Sequence
from functools import partial

from tarot.capability import Outcomes, ProblemOutcomes
from tarot.data import Split
from tarot.probe.parts import Parts
from tarot.sampling import LoadedModel, sample
from tarot.training.context import RunContext
from tarot.training.measuring import Measuring, solved_in_parts
from tarot.types import Problem

# What an interruption costs at most. Another number makes other draws of the same seed.
COMPLETIONS_AT_ONCE = 1024


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
    parts = Parts(context.run.outcomes_path, name)
    known = parts.whole()
    if known is not None:
        return known
    with context.display.stage(f"evaluate {name}", len(problems)) as advance:
        return solved_in_parts(
            Measuring.of(context),
            partial(sample, loaded),
            problems,
            parts,
            advance,
            samples=context.config.evaluation.samples,
            seed=context.config.seed,
            completions_at_once=COMPLETIONS_AT_ONCE,
        )
