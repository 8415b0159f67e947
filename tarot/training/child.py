"""A run, from its directory to its summary: probe, decision, cold start, GRPO, evaluation.

Every stage leaves its result in the run directory and is skipped where that is there already, so
the same command goes on where the last one stopped. Of several processes, all train and the main
one does the rest; they need the run's directory and the caches on a file system that they share.
"""

from contextlib import ExitStack

from tarot.capability import Outcomes
from tarot.publishing import push
from tarot.runs import RunDirectory, write_json
from tarot.sandbox.cloud.usage import SandboxUsage
from tarot.training.context import RunContext, opened
from tarot.training.evaluation import evaluate
from tarot.training.loading import checkpoint_of, load, trained
from tarot.training.optimization import optimize
from tarot.training.preliminaries import choose_policy, filtered
from tarot.training.processes import from_main
from tarot.training.reward_faults import faults_kept
from tarot.training.stopping import StopRequest
from tarot.training.summary import show_summary, summarize
from tarot.training.tracking import tracked


def train(run: RunDirectory, stop: StopRequest) -> None:
    """Bring the run in `run` to its end, from wherever it was.

    Raises:
        UserError: for what only shows now, such as weights that can't be had.
        Outage: if the sandbox could not judge too many completions.
        KeyboardInterrupt: when stopped by a signal; what was reached is saved.
    """
    with opened(run, stop) as context, ExitStack() as held:
        from_main(lambda: held.enter_context(run.lock()))
        _run_stages(context, held)


def _run_stages(context: RunContext, held: ExitStack) -> None:
    found = from_main(context.run.resume)
    for complaint in found.complaints:
        context.display.say(complaint)
    track = held.enter_context(tracked(context))
    context = filtered(context)
    policy = choose_policy(context)
    start = from_main(lambda: checkpoint_of(context))
    loaded = load(context, start)
    before = from_main(lambda: evaluate(context, loaded, "before"))
    with faults_kept(context.run, context.display):
        engine = optimize(context, loaded, policy, found.checkpoint, track)
    after = from_main(lambda: evaluate(context, trained(context, loaded, start), "after"))
    usage = context.meter.total()
    from_main(lambda: _conclude(context, before, after, usage))
    if engine is not None:
        engine.shutdown()


def _conclude(
    context: RunContext, before: Outcomes, after: Outcomes, usage: SandboxUsage | None
) -> None:
    summary = summarize(before, after)
    write_json(context.run.summary_path, summary.to_json())
    show_summary(summary, context.run.path, context.display)
    if usage is not None:
        context.display.say(f"sandboxes, since this start: {usage.in_words()}")
    if context.config.hub.push:
        _publish(context)


def _publish(context: RunContext) -> None:
    """The run is finished; a push that fails leaves its cause for whoever started the run."""
    done = push(context.run, context.config.hub)
    context.display.say(f"pushed: {done.commit}" if done.commit else f"not pushed: {done.fault}")
