"""The probe, in a process of its own, so that training starts clean.

Run as a module with the probe's folder; what is there already is not measured again.
"""

import sys
from functools import partial
from pathlib import Path
from random import Random

from transformers import PreTrainedTokenizerBase

from tarot.capability import ProblemOutcomes
from tarot.data import Split
from tarot.probe.directory import COMPLETIONS_AT_ONCE, Probe, num_problems, num_samples
from tarot.runs import RunDirectory
from tarot.runs.ancestry import end_with_launcher
from tarot.runs.lock import exclusive
from tarot.runs.rank_logs import logged
from tarot.sampling import Sampler, sample, short_enough
from tarot.training.context import RunContext, opened
from tarot.training.display import Advance, Display
from tarot.training.exits import exit_of
from tarot.training.loading import checkpoint_of, load
from tarot.training.measuring import solved
from tarot.training.stage_process import run_stage
from tarot.training.stopping import StopRequest
from tarot.types import Problem


def probed(context: RunContext) -> tuple[ProblemOutcomes, ...]:
    """The outcomes of the run's probe, measured in a child where that has not been done.

    Raises:
        UserError: for what the user has to mend, in the child's own words.
        ChildFailure: if the child failed otherwise, as in an outage.
        KeyboardInterrupt: if it was stopped.
    """
    probe = Probe.of(context.config, context.run.data_fingerprint())
    if not probe.path.exists():
        probe.prepare(context.run.config(), context.run.data_fingerprint())
        run_stage("the probe", probe.child.command)
    return probe.outcomes()


def _probe(probe: Probe) -> None:
    """Measure what is missing; of two processes with one probe, the later waits for the other."""
    with (
        exclusive(probe.directory.path / "lock", on_wait=_say_that_it_waits),
        opened(probe.directory, StopRequest()) as context,
    ):
        if probe.path.exists():
            return
        sampler, tokenizer = _sampler(context)
        problems = _chosen(context, tokenizer)
        with context.display.stage("probe", len(problems)) as advance:
            outcomes = _measured(context, sampler, probe, problems, advance)
        probe.finish(outcomes)


def _say_that_it_waits() -> None:
    Display().say("another process makes this probe; waiting for it")


def _sampler(context: RunContext) -> tuple[Sampler, PreTrainedTokenizerBase]:
    """What draws: vLLM where the hardware has it, alone on the device while this process runs."""
    if context.config.hardware.vllm is None:
        loaded = load(context, checkpoint_of(context))
        return partial(sample, loaded), loaded.tokenizer
    from tarot.sampling.vllm_engine import VllmEngine  # noqa: PLC0415 - not installed everywhere

    engine = VllmEngine(checkpoint_of(context), context.config)
    return engine.sample, engine.tokenizer


def _chosen(context: RunContext, tokenizer: PreTrainedTokenizerBase) -> list[Problem]:
    """The training problems to measure, drawn by the probe's seed and in their own order."""
    config = context.config
    problems = short_enough(context.problems[Split.TRAIN], config, tokenizer)
    number = num_problems(config)
    if number is None or number >= len(problems):
        return problems
    rows = Random(config.probe.seed).sample(range(len(problems)), number)
    return [problems[row] for row in sorted(rows)]


def _measured(
    context: RunContext,
    sampler: Sampler,
    probe: Probe,
    problems: list[Problem],
    advance: Advance,
) -> tuple[ProblemOutcomes, ...]:
    """The outcomes of all problems, in parts that are kept as they come."""
    samples = num_samples(context.config)
    step = max(1, COMPLETIONS_AT_ONCE // samples)
    outcomes: tuple[ProblemOutcomes, ...] = ()
    for start in range(0, len(problems), step):
        part = probe.part(start)
        if part is None:
            part = solved(
                context,
                sampler,
                problems[start : start + step],
                samples=samples,
                seed=context.config.probe.seed + start,
                on_progress=partial(_tell, advance, start),
            )
            probe.keep_part(start, part)
        outcomes += part
    return outcomes


def _tell(advance: Advance, start: int, done: int) -> None:
    advance(start + done, "")


if __name__ == "__main__":
    end_with_launcher()
    folder = RunDirectory.open(Path(sys.argv[1]))
    sys.exit(logged(folder, lambda: exit_of(lambda: _probe(Probe(folder)))))
