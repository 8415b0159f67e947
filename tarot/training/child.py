"""A run, from its directory to its summary: cold start, probe, decision, GRPO, evaluation.

Every stage leaves its result in the run directory and is skipped where that is there already, so
the same command goes on where the last one stopped.
"""

import torch

from tarot.capability import AdaptiveChoice, Decision
from tarot.config.schema import RunConfig
from tarot.config.targets import build
from tarot.data import DataSource, Split
from tarot.grading.grader import Grader, self_check
from tarot.runs import RunDirectory, read_json, write_json
from tarot.sampling import LoadedModel, load_model, local_checkpoint
from tarot.training.cold_start import cold_started
from tarot.training.context import RunContext
from tarot.training.display import Display
from tarot.training.evaluation import evaluate
from tarot.training.optimization import optimize
from tarot.training.stopping import StopRequest
from tarot.training.summary import Outcomes, show_summary, summarize
from tarot.types import Limits, Policy, UserError


def train(run: RunDirectory, stop: StopRequest) -> None:
    """Bring the run in `run` to its end, from wherever it was.

    Raises:
        UserError: for what only shows now, such as weights that can't be had.
        Outage: if the sandbox could not judge too many completions.
        KeyboardInterrupt: when stopped by a signal; what was reached is saved.
    """
    config = RunConfig.model_validate(run.config())
    if config.hardware.device == "cpu":
        torch.set_num_threads(config.hardware.threads)
    source: DataSource = build("data", config.data)
    limits = Limits(**config.grading.limits.model_dump())
    sandbox = build("sandbox", config.sandbox)
    grader = Grader(sandbox, limits, config.grading.comparator)
    try:
        self_check(sandbox)
        problems = {split: source.load(split) for split in Split}
        _run_stages(RunContext(run, config, problems, grader, Display(), stop))
    finally:
        grader.close()


def _run_stages(context: RunContext) -> None:
    with context.run.lock():
        checkpoint = context.run.resume()
        loaded = _load(context)
        before = evaluate(context, loaded, "before")
        optimize(context, loaded, _policy(context, before), checkpoint)
        summary = summarize(before, evaluate(context, loaded, "after"))
        write_json(context.run.summary_path, summary.to_json())
        show_summary(summary, context.run.path, context.display)


def _load(context: RunContext) -> LoadedModel:
    config = context.config
    context.display.say(f"model {config.model.id}")
    if config.cold_start is None:
        checkpoint = local_checkpoint(config.model)
    else:
        checkpoint = str(cold_started(context.run, config, config.cold_start))
    loaded = load_model(checkpoint, config.model, config.hardware.dtype)
    if config.hardware.device == "cuda":
        loaded.weights.to("cuda")
    return loaded


def _policy(context: RunContext, before: Outcomes) -> Policy:
    """The configured policy, or the one that the adaptive curriculum chooses, once and for all."""
    curriculum: Policy | AdaptiveChoice = build("curriculum", context.config.curriculum)
    if not isinstance(curriculum, AdaptiveChoice):
        return curriculum
    path = context.run.decision_path
    if path.exists():
        decision = Decision.from_json(read_json(path))
    else:
        probed = Split(context.config.evaluation.split)
        if probed not in before:
            raise UserError(
                "curriculum=adaptive: the data has no held-out problems to probe; "
                "raise data.test_share or name a policy, such as curriculum=forward_ce"
            )
        decision = curriculum.decide(before[probed], context.config.num_generations)
        write_json(path, decision.to_json())
    context.display.say(decision.block)
    return curriculum.policy(decision.chosen)
