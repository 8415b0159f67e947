"""What a checkpoint solves of a set of problems, in a process of its own.

What is there already is not measured again.
"""

from collections.abc import Sequence
from pathlib import Path

from tarot.config.measuring import TiersJob, TiersTask
from tarot.config.targets import build
from tarot.config.validation import parse
from tarot.data import DataSource, Split
from tarot.evaluation.tiers import CONFIG, OUTCOMES
from tarot.probe.parts import Parts
from tarot.runs import read_json
from tarot.sampling import Sampler, load_tokenizer, local_checkpoint, prompt_lengths
from tarot.training.context import judging, set_num_threads
from tarot.training.display import Display
from tarot.training.evaluation import COMPLETIONS_AT_ONCE
from tarot.training.exits import exit_of
from tarot.training.loading import sampler_of
from tarot.training.measuring import Measuring, solved_in_parts
from tarot.training.stopping import StopRequest
from tarot.types import Problem, UserError


def measure_tiers(folder: Path, stop: StopRequest) -> None:
    """Measure what the config in `folder` says, and leave the outcomes there.

    Raises:
        UserError: for what the user has to mend.
        Outage: if too many completions could not be judged; what was measured is kept.
        KeyboardInterrupt: when stopped by a signal; what was measured is kept.
    """
    job = parse(TiersJob, read_json(folder / CONFIG))
    task, hardware = job.task, job.hardware
    if hardware.device == "cpu":
        set_num_threads(hardware.threads)
    display = Display()
    with judging(job.sandbox, task.grading, display, stop) as (grader, _):
        problems = _problems(task)
        sampler = _sampler(job, problems)
        measuring = Measuring(
            task.prompt,
            job.model.system_role,
            task.sampling,
            grader,
            task.grading.max_unjudged_share,
        )
        with display.stage(f"evaluate {task.split}", len(problems)) as advance:
            solved_in_parts(
                measuring,
                sampler,
                problems,
                Parts(folder / OUTCOMES, "tiers"),
                advance,
                samples=task.samples,
                seed=task.seed,
                completions_at_once=COMPLETIONS_AT_ONCE,
            )


def _problems(task: TiersTask) -> Sequence[Problem]:
    source: DataSource = build("data", task.data)
    problems = source.load(Split(task.split))[: task.problems]
    if not problems:
        raise UserError(f"data: has no problems in the split {task.split}; choose another")
    return problems


def _sampler(job: TiersJob, problems: Sequence[Problem]) -> Sampler:
    model, task = job.model, job.task
    checkpoint = job.checkpoint or local_checkpoint(model)
    tokenizer = load_tokenizer(checkpoint, model)
    longest = max(prompt_lengths(problems, task.prompt, model.system_role, tokenizer))
    tokens = longest + task.sampling.max_new_tokens
    if tokens > model.architecture.context_length:
        raise UserError(
            f"benchmark.tiers.sampling.max_new_tokens={task.sampling.max_new_tokens}: with the "
            f"longest prompt, of {longest} tokens, it passes the model's context of "
            f"{model.architecture.context_length}; set it lower"
        )
    return sampler_of(checkpoint, model, job.hardware, tokens, task.seed)[0]


def main(folder: str) -> int:
    """Measure to the end; the last line of standard error is the cause of a failure."""
    return exit_of(lambda: measure_tiers(Path(folder), StopRequest()))
