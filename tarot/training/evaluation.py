"""The held-out problems before and after training; the first measurement is also the probe."""

from collections.abc import Sequence

from tarot.capability import ProblemOutcomes, read_outcomes, write_outcomes
from tarot.config.schema import RunConfig
from tarot.data import Split
from tarot.probe import measure
from tarot.runs import write_atomically
from tarot.sampling import LoadedModel, SamplingSettings
from tarot.training.context import RunContext
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
    config = context.config
    with context.display.stage(f"evaluate {name}", len(problems)) as advance:
        outcomes = measure(
            loaded,
            problems,
            config.prompt,
            config.model.system_role,
            grader=context.grader,
            samples=config.evaluation.samples,
            settings=_sampling(config),
            seed=config.seed,
            on_progress=lambda done: advance(done, ""),
        )
    num_unjudged = sum(outcome.num_unjudged for outcome in outcomes)
    context.check_judged(num_unjudged / (len(outcomes) * config.evaluation.samples))
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, write_outcomes(outcomes).encode())
    return outcomes


def _sampling(config: RunConfig) -> SamplingSettings:
    """As in training: the same temperature, nucleus and length."""
    trainer = config.trainer
    return SamplingSettings(
        temperature=float(trainer.get("temperature", 1.0)),
        top_p=float(trainer.get("top_p", 1.0)),
        top_k=int(trainer.get("top_k", 0)),
        max_new_tokens=int(trainer["max_completion_length"]),
        batch_size=config.evaluation.batch_size,
    )
