"""What the stages of one run share."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from rich.console import Console

from tarot.config.schema import GradingConfig, Node, RunConfig
from tarot.config.targets import build
from tarot.data import DataSource, Split
from tarot.grading.grader import Grader, self_check
from tarot.runs import RunDirectory
from tarot.sandbox.cloud import breaker
from tarot.training import processes
from tarot.training.display import Display, Warnings
from tarot.training.stopping import StopRequest, check_judged
from tarot.training.usage import UsageMeter
from tarot.types import Limits, Problem, Sandbox


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run with its problems, the grader that judges them, and where progress is shown.

    `meter` counts what the grader's sandbox takes.
    """

    run: RunDirectory
    config: RunConfig
    problems: Mapping[Split, Sequence[Problem]]
    grader: Grader
    display: Display
    stop: StopRequest
    meter: UsageMeter

    def check_judged(self, unjudged_share: float) -> None:
        """Outage if more completions were lost than the config allows: this is to be done again."""
        check_judged(unjudged_share, self.config.grading.max_unjudged_share)


@contextmanager
def judging(
    sandbox: Node, grading: GradingConfig, display: Display, stop: StopRequest
) -> Iterator[tuple[Grader, Sandbox]]:
    """A grader and its sandbox, which can judge here and is released at the end.

    Raises:
        UserError: for a sandbox that can't judge here.
    """
    built: Sandbox = build("sandbox", sandbox)
    grader = Grader(built, Limits(**grading.limits.model_dump()), grading.comparator)
    try:
        processes.together(lambda: self_check(built))
        stop.hurry = getattr(built, "hurry", None)
        with Warnings(display).of(breaker.logger):
            yield grader, built
    finally:
        grader.close()


@contextmanager
def opened(run: RunDirectory, stop: StopRequest) -> Iterator[RunContext]:
    """What a child process needs, from the config in `run`; the sandbox is released at the end.

    Of several processes the main one alone shows anything.

    Raises:
        UserError: for data that can't be read, or a sandbox that can't judge here.
    """
    config = RunConfig.model_validate(run.config())
    timeout_s = config.trainer.get("ddp_timeout", processes.DDP_TIMEOUT_S)
    processes.join(config.hardware, timeout_s)
    if config.hardware.device == "cpu":
        set_num_threads(config.hardware.threads)
    source: DataSource = build("data", config.data)
    display = Display(Console(quiet=not processes.is_main()))
    with judging(config.sandbox, config.grading, display, stop) as (grader, sandbox):
        problems = {split: source.load(split) for split in Split}
        yield RunContext(run, config, problems, grader, display, stop, UsageMeter(sandbox))
    processes.leave()


def set_num_threads(number: int) -> None:
    """Compute with so many threads.

    To set them, even to the number that there is, takes MKL's freedom to use fewer for a small
    product, which costs a small model some 4% of a step.
    """
    if torch.get_num_threads() != number:
        torch.set_num_threads(number)
