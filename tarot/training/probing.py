"""The probe, in a process of its own, so that training starts clean.

What is there already is not measured again.
"""

from pathlib import Path

from transformers import PreTrainedTokenizerBase

from tarot.capability import ProblemOutcomes
from tarot.config.quantization import check_bitsandbytes
from tarot.config.vllm import context_length
from tarot.data import Split
from tarot.probe.directory import COMPLETIONS_AT_ONCE, Probe, num_problems, num_samples
from tarot.runs import RunDirectory
from tarot.runs.exits import Exit
from tarot.runs.lock import exclusive
from tarot.runs.rank_logs import logged
from tarot.sampling import Sampler, short_enough
from tarot.training.context import RunContext, opened
from tarot.training.display import Display
from tarot.training.exits import exit_of
from tarot.training.loading import checkpoint_of, sampler_of
from tarot.training.measuring import Measuring, drawn_problems, solved_in_parts
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
            solved_in_parts(
                Measuring.of(context),
                sampler,
                problems,
                probe.parts,
                advance,
                samples=num_samples(context.config),
                seed=context.config.probe.seed,
                completions_at_once=COMPLETIONS_AT_ONCE,
            )


def _say_that_it_waits() -> None:
    Display().say("another process makes this probe; waiting for it")


def _sampler(context: RunContext) -> tuple[Sampler, PreTrainedTokenizerBase]:
    config = context.config
    check_bitsandbytes(config.lora)
    settings = (config.model, config.hardware, context_length(config), config.seed)
    return sampler_of(checkpoint_of(context), *settings, config.quantization)


def _chosen(context: RunContext, tokenizer: PreTrainedTokenizerBase) -> list[Problem]:
    """The training problems to measure, drawn by the probe's seed and in their own order."""
    config = context.config
    problems = short_enough(context.problems[Split.TRAIN], config, tokenizer)
    return drawn_problems(problems, num_problems(config), config.probe.seed)


def main(folder: str) -> Exit:
    """Measure the probe in a folder; the last line of standard error is the cause of a failure."""
    directory = RunDirectory.open(Path(folder))
    return logged(directory, lambda: exit_of(lambda: _probe(Probe(directory))))
