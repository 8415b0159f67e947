"""The model measured while it trains, which leaves the training as it would have been.

The same problems and seeds are drawn at each evaluation, by what generates for the steps, and
judged as in training. The state of the generators of random numbers, the order of the data and an
on-line policy's state are untouched.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from tarot.capability import ProblemOutcomes, write_outcomes
from tarot.config.schema import EvalConfig
from tarot.data import Split
from tarot.evaluation.eval_metrics import eval_metrics
from tarot.plan.evaluations import MAX_TIME_SHARE, REMEDY
from tarot.probe.measure import Judge
from tarot.runs import write_atomically
from tarot.runs.best import METRIC, Best, is_value, read_best
from tarot.runs.log import EVALUATION
from tarot.sampling import Completion, LoadedModel, Sampler, short_enough
from tarot.training import processes
from tarot.training.context import RunContext
from tarot.training.keeping import CheckpointKeeper
from tarot.training.last_step import Chance
from tarot.training.measuring import Measuring, drawn_problems
from tarot.training.shared_sampling import Stopped
from tarot.training.stopping import Outage
from tarot.training.tracking import Track
from tarot.types import Grade, Problem


@dataclass(frozen=True, slots=True)
class SharedJudge:
    """Each process judges every n-th completion, and all know all grades."""

    judge: Judge

    def grade(self, items: Sequence[tuple[Problem, str]]) -> list[Grade]:
        """The grade of each, in order; called by all processes with the same."""
        own = items[processes.rank() :: processes.number()]
        return processes.dealt_back(processes.together(lambda: self.judge.grade(own)), len(items))


@dataclass(frozen=True, slots=True)
class EvalTask:
    """Problems that are each answered `samples` times, drawn by `seed`, and how."""

    problems: Sequence[Problem]
    samples: int
    seed: int
    measuring: Measuring

    @classmethod
    def of(cls, context: RunContext, settings: EvalConfig, loaded: LoadedModel) -> "EvalTask":
        """As a run evaluates while it trains; without problems where its data have none for it."""
        problems = short_enough(context.problems[Split.DEV], context.config, loaded.tokenizer)
        measuring = Measuring.of(context)
        return cls(
            drawn_problems(problems, settings.problems, settings.seed),
            settings.samples,
            settings.seed,
            replace(measuring, grader=SharedJudge(measuring.grader)),
        )

    @property
    def shape(self) -> dict[str, int]:
        """What two evaluations have in common that can be compared, as the log has it."""
        return {"problems": len(self.problems), "samples": self.samples, "seed": self.seed}

    def measured(self, sampler: Sampler) -> tuple[tuple[ProblemOutcomes, ...], dict[str, float]]:
        """The outcomes and the metrics, in all processes alike.

        Raises:
            Outage: if too many completions could not be judged.
            Stopped: if the run is to stop.
        """
        lengths: list[int] = []

        def counted(*arguments: Any, **named: Any) -> list[list[Completion]]:
            drawn = sampler(*arguments, **named)
            lengths.extend(one.num_tokens for completions in drawn for one in completions)
            return drawn

        outcomes = self.measuring.solved(
            counted,
            self.problems,
            samples=self.samples,
            seed=self.seed,
            on_progress=lambda done: None,
        )
        return outcomes, eval_metrics(outcomes, lengths, self.samples)


class Evaluator(TrainerCallback):
    """Evaluates after every `every` steps, before the checkpoint of the step is saved.

    One that is the best so far has the checkpoint saved. What can't be judged is no evaluation and
    is said; one that a stop broke off is made when the run goes on from its checkpoint.
    """

    def __init__(
        self,
        context: RunContext,
        task: EvalTask,
        every: int,
        sampler: Sampler,
        track: Track,
        keeper: CheckpointKeeper,
    ) -> None:
        """Draw by `sampler`, log into the run and to `track`, and tell `keeper` of the best."""
        self._context = context
        self._task = task
        self._every = every
        self._sampler = sampler
        self._track = track
        self._keeper = keeper
        self._best: float | None = None
        self._since_s = self._spent_s = 0.0
        self._is_warned = False

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Make up for an evaluation that is missing at the checkpoint that the run goes on from."""
        self._since_s = time.monotonic()
        self._best, last = processes.from_main(self._standing)
        if not self._is_due(state) or last == state.global_step:
            return
        if self._improves(args, state):
            self._keeper.settle(state.global_step)
        if processes.any_process(self._context.stop.is_set):
            raise KeyboardInterrupt  # the checkpoint is there already, and the next step can wait

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Evaluate where it is due."""
        if self._is_due(state) and self._improves(args, state):
            control.should_save = True

    def _is_due(self, state: TrainerState) -> bool:
        step: int = state.global_step
        return step > 0 and step % self._every == 0

    def _standing(self) -> tuple[float | None, int]:
        """The value of the best of those evaluations that can be compared, and the last step."""
        lines = {line["step"]: line for line in self._context.run.log.evaluations()}
        best = read_best(self._context.run.path)
        is_known = best is not None and lines.get(best.step, {}).get(EVALUATION) == self._task.shape
        return best.value if best is not None and is_known else None, max(lines, default=0)

    def _improves(self, args: TrainingArguments, state: TrainerState) -> bool:
        """Evaluate; whether it is the best that there was, for which a checkpoint is kept."""
        value = self._evaluated(state.global_step)
        if args.save_strategy == "no" or not is_value(value):
            return False
        if self._best is not None and value <= self._best:
            return False
        self._best = value
        self._keeper.propose(Best(state.global_step, METRIC, value))
        return True

    def _evaluated(self, step: int) -> float | None:
        """The value by which evaluations are compared; None where nothing came of this one."""
        since_s, chance = time.monotonic(), Chance.now()
        try:
            outcomes, metrics = self._task.measured(self._sampler)
        except (Outage, Stopped) as cause:
            said = "the run stops" if isinstance(cause, Stopped) else cause
            self._context.display.say(f"evaluation after step {step} left out: {said}")
            return None
        finally:
            chance.restore()
        metrics |= self._times(since_s)
        line = {"step": step, EVALUATION: self._task.shape, **metrics}
        processes.from_main(lambda: self._record(outcomes, line))
        return metrics[METRIC]

    def _times(self, since_s: float) -> dict[str, float]:
        now_s = time.monotonic()
        self._spent_s += now_s - since_s
        share = self._spent_s / (now_s - self._since_s)
        return {"eval/seconds": now_s - since_s, "eval/time_share": share}

    def _record(self, outcomes: Sequence[ProblemOutcomes], line: dict[str, Any]) -> None:
        run = self._context.run
        run.outcomes_path.mkdir(exist_ok=True)
        write_atomically(run.evaluation_of(line["step"]), write_outcomes(outcomes).encode())
        run.log.append(line)
        self._track(line)
        self._context.display.say(f"evaluation after step {line['step']}: {note(line)}")
        share = line["eval/time_share"]
        if share > MAX_TIME_SHARE and not self._is_warned:
            self._is_warned = True
            self._context.display.say(
                f"evaluation takes {share:.0%} of the time, over {MAX_TIME_SHARE:.0%}; {REMEDY}"
            )


def evaluators_of(
    context: RunContext,
    loaded: LoadedModel,
    sampler: Sampler,
    track: Track,
    keeper: CheckpointKeeper,
) -> Sequence[Evaluator]:
    """The run's evaluator; none where it is off, or where the data have no problem for it."""
    settings = context.config.eval
    if settings is None or settings.every is None:
        return ()
    task = EvalTask.of(context, settings, loaded)
    if not task.problems:
        context.display.say(
            "eval: the data have no problems in the split dev; nothing is evaluated"
        )
        return ()
    return (Evaluator(context, task, settings.every, sampler, track, keeper),)


def note(metrics: Mapping[str, float]) -> str:
    """The figures of an evaluation that are worth a glance."""
    low, high = metrics["eval/pass_at_1_low"], metrics["eval/pass_at_1_high"]
    return (
        f"pass@1 {metrics[METRIC]:.1%} [{low:.1%}, {high:.1%}], "
        f"{metrics['eval/length']:.0f} tokens, {metrics['eval/truncated']:.0%} cut off, "
        f"{metrics['eval/seconds']:.1f} s"
    )
