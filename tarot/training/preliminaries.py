"""What a run settles before it trains: which problems, and under which policy.

Both follow from the probe, whose outcomes are kept in the run directory with the decision.
"""

from dataclasses import replace

from tarot.capability import (
    AdaptiveChoice,
    Decision,
    ProblemOutcomes,
    read_outcomes,
    write_outcomes,
)
from tarot.capability.filtering import kept_ids
from tarot.config.targets import build
from tarot.curriculum import OnlinePolicy
from tarot.data import Split
from tarot.runs import read_json, write_atomically, write_json
from tarot.training.context import RunContext
from tarot.training.probing import probed
from tarot.training.processes import from_main
from tarot.types import Policy, UserError


def filtered(context: RunContext) -> RunContext:
    """The run with the training problems that its filter keeps; as it is without a filter."""
    config, problems = context.config, context.problems[Split.TRAIN]
    if config.filter is None:
        return context
    bounds, by = config.filter, config.filter_by
    ids = from_main(lambda: kept_ids(_outcomes(context), bounds, by))
    kept = tuple(problem for problem in problems if problem.id in ids)
    low, high = config.filter
    context.display.say(
        f"filter=[{low:g},{high:g}]: {len(kept)} of {len(problems)} training problems kept"
    )
    if len(kept) < config.problems_per_step:
        raise UserError(
            f"filter: {len(kept)} of {len(problems)} training problems are left, fewer than "
            f"problems_per_step={config.problems_per_step}; widen it, or take more problems"
        )
    return replace(context, problems={**context.problems, Split.TRAIN: kept})


def choose_policy(context: RunContext) -> Policy | OnlinePolicy:
    """The configured policy, or the one that the adaptive curriculum chooses, once and for all."""
    node = context.config.curriculum
    curriculum: Policy | OnlinePolicy | AdaptiveChoice = build("curriculum", node)
    if not isinstance(curriculum, AdaptiveChoice):
        return curriculum
    decision = from_main(lambda: _decision(context, curriculum))
    context.display.say(decision.block)
    return curriculum.policy(decision.chosen)


def _decision(context: RunContext, curriculum: AdaptiveChoice) -> Decision:
    path = context.run.decision_path
    if path.exists():
        return Decision.from_json(read_json(path))
    ids = {problem.id for problem in context.problems[Split.TRAIN]}
    outcomes = [found for found in _outcomes(context) if found.problem_id in ids]
    decision = curriculum.decide(outcomes, context.config.num_generations)
    write_json(path, decision.to_json())
    return decision


def _outcomes(context: RunContext) -> tuple[ProblemOutcomes, ...]:
    """The probe's, from the run directory where it has been read before."""
    path = context.run.outcomes_path / "probe.json"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, write_outcomes(probed(context)).encode())
    return read_outcomes(path.read_bytes())
