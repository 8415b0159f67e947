"""A run, from its directory to its summary: probe, decision, cold start, GRPO, evaluation.

Every stage leaves its result in the run directory and is skipped where that is there already, so
the same command goes on where the last one stopped.
"""

from tarot.runs import RunDirectory, write_json
from tarot.training.context import RunContext, opened
from tarot.training.display import Display
from tarot.training.evaluation import evaluate
from tarot.training.loading import load
from tarot.training.optimization import optimize
from tarot.training.preliminaries import choose_policy, filtered
from tarot.training.stopping import StopRequest
from tarot.training.summary import show_summary, summarize


def train(run: RunDirectory, stop: StopRequest) -> None:
    """Bring the run in `run` to its end, from wherever it was.

    Raises:
        UserError: for what only shows now, such as weights that can't be had.
        Outage: if the sandbox could not judge too many completions.
        KeyboardInterrupt: when stopped by a signal; what was reached is saved.
    """
    with opened(run, Display(), stop) as context:
        _run_stages(context)


def _run_stages(context: RunContext) -> None:
    with context.run.lock():
        checkpoint = context.run.resume()
        context = filtered(context)
        policy = choose_policy(context)
        loaded = load(context)
        before = evaluate(context, loaded, "before")
        optimize(context, loaded, policy, checkpoint)
        summary = summarize(before, evaluate(context, loaded, "after"))
        write_json(context.run.summary_path, summary.to_json())
        show_summary(summary, context.run.path, context.display)
