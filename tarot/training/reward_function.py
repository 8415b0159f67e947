"""The reward function behind those that TRL calls: grade, weigh by the curriculum, record."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from time import perf_counter
from typing import Any, Protocol

from tarot.config.schedule import Timeline
from tarot.curriculum import (
    CurriculumDecision,
    PartCall,
    RewardFault,
    call_reward,
    decoupled_weights,
    title_of,
    watching,
)
from tarot.grading.executions import Watch
from tarot.grading.grader import Grader
from tarot.metrics import StepBatch, step_metrics
from tarot.runs.rollouts import Rollout
from tarot.training import processes
from tarot.training.reward_faults import Slowness
from tarot.training.steering import Steering
from tarot.types import Execution, GradedCompletion, Problem, Reward, RewardValue

logger = logging.getLogger(__name__)


class TrainerState(Protocol):
    """What is read of the trainer's state."""

    global_step: int
    max_steps: int


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What a step's completions earned, for whoever records or watches it.

    `decisions` are an on-line policy's on seeing them.
    """

    step: int
    rollouts: tuple[Rollout, ...]
    metrics: Mapping[str, float]
    decisions: tuple[CurriculumDecision, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one process generated of a batch, graded; executions are without their outputs."""

    completions: list[GradedCompletion]
    lengths: list[int]
    truncated: list[bool]
    passed_ends: list[str]
    executions: list[Execution]


class RewardFunction:
    """Grades a batch of completions once, however often it is asked for the rewards of the batch.

    Called as a function, it gives the total or None for each. TRL may split a group over two
    processes, so each grades its own completions and all know all of them: rewards, metrics and
    rollouts are those of the whole batch, whose rows stand in the order of the processes. Groups
    are numbered through all batches of a step, of which there may be several.

    Args:
        problems: the training problems by id.
        grader: judges the programs.
        steering: knows the weights of each step, and is told what came of them.
        reward: turns graded completions into rewards.
        group_size: completions per prompt; a group stands together in the batch.
        eos_token_ids: a completion that ends in none of them was cut off.
        turn_ends: the texts of all tokens that may be meant as an end, by their ids; rollouts name
            the first that generation went on after.
        check_judged: raises where too large a share of a step's completions could not be judged;
            nothing of that batch is counted, observed or recorded.
        on_step: told of every step's outcome.
        timeline: over how many steps the curriculum runs, None for those of the trainer.
    """

    __name__ = "reward"

    def __init__(  # noqa: PLR0913
        self,
        *,
        problems: Mapping[str, Problem],
        grader: Grader,
        steering: Steering,
        reward: Reward,
        group_size: int,
        eos_token_ids: Sequence[int],
        turn_ends: Mapping[int, str],
        check_judged: Callable[[float], None],
        on_step: Callable[[StepOutcome], None],
        timeline: Timeline | None = None,
    ) -> None:
        """Hold what every batch needs."""
        self._problems = problems
        self._grader = grader
        self._steering = steering
        self._reward = reward
        self._group_size = group_size
        self._eos_token_ids = frozenset(eos_token_ids)
        self._turn_ends = turn_ends
        self._check_judged = check_judged
        self._on_step = on_step
        self._timeline = timeline
        self._decoupled = tuple(decoupled_weights(reward) or ())
        self._slowness = Slowness(title_of(reward))
        self._completions: Sequence[Any] | None = None
        self._values: Sequence[RewardValue | None] = ()
        self._step, self._num_earlier_groups, self._num_unjudged = 0, 0, 0

    def __call__(self, **batch: Any) -> list[float | None]:
        """The rewards of one batch; TRL calls it with keywords and ignores rows of None."""
        return [None if value is None else value.total for value in self.values(**batch)]

    def values(self, *, completions: Sequence[Any], **batch: Any) -> Sequence[RewardValue | None]:
        """The rewards of one batch with their parts; TRL hands every function the same list."""
        if completions is not self._completions:
            self._values = self._valued(completions=completions, **batch)
            self._completions = completions
        return self._values

    def _valued(
        self, *, trainer_state: TrainerState, log_metric: Callable[[str, float], None], **batch: Any
    ) -> Sequence[RewardValue | None]:
        """The rewards of this process's completions; all else is about the whole batch."""
        if trainer_state.global_step + 1 != self._step:
            self._step, self._num_earlier_groups = trainer_state.global_step + 1, 0
            self._num_unjudged = 0
        pieces = processes.together(lambda: self._piece(trainer_state, **batch))
        graded = list(chain.from_iterable(piece.completions for piece in pieces))
        self._check(graded)
        rewards = processes.from_main(lambda: self._rewards(graded))
        whole = StepBatch(
            completions=graded,
            rewards=rewards,
            lengths=list(chain.from_iterable(piece.lengths for piece in pieces)),
            truncated=list(chain.from_iterable(piece.truncated for piece in pieces)),
            executions=list(chain.from_iterable(piece.executions for piece in pieces)),
        )
        metrics = step_metrics(whole, self._reward.part_names, self._decoupled)
        for name, figure in metrics.items():
            if not math.isnan(figure):
                log_metric(name, figure)
        passed_ends = list(chain.from_iterable(piece.passed_ends for piece in pieces))
        rollouts = self._rollouts(whole, passed_ends, self._progress(trainer_state))
        outcome = StepOutcome(self._step, rollouts, metrics, self._steering.observe(graded))
        processes.together(lambda: self._on_step(outcome))
        self._num_earlier_groups += len(graded) // self._group_size
        size = len(batch["completions"])
        return rewards[processes.rank() * size :][:size]

    def _check(self, graded: Sequence[GradedCompletion]) -> None:
        """See that enough of the step was judged, this batch included; alike in every process."""
        self._num_unjudged += sum(not completion.grade.is_judged for completion in graded)
        num_earlier = self._num_earlier_groups * self._group_size
        self._check_judged(self._num_unjudged / (num_earlier + len(graded)))

    def _rewards(self, graded: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        """What the reward gives; its fault, which whoever wrote it has to mend, with the step.

        The traceback of what it raised goes to standard error.
        """
        calls: list[PartCall] = []
        start = perf_counter()
        try:
            with watching(calls.append):
                values = call_reward(self._reward, graded)
        except RewardFault as fault:
            logger.exception("the reward failed in step %s", self._step)
            raise RewardFault(f"{fault} in step {self._step}", fault.completion) from fault
        self._slowness.look(self._step, calls, perf_counter() - start, len(graded))
        return values

    def _piece(
        self,
        state: TrainerState,
        *,
        completions: Sequence[Any],
        completion_ids: Sequence[Sequence[int]],
        problem_id: Sequence[str],
        **_: object,
    ) -> _Piece:
        texts = [completion[0]["content"] for completion in completions]
        executions: list[Execution] = []
        return _Piece(
            completions=self._graded(texts, problem_id, state, executions.extend),
            lengths=[len(ids) for ids in completion_ids],
            truncated=[not self._eos_token_ids.intersection(ids[-1:]) for ids in completion_ids],
            passed_ends=[self._passed_end(ids) for ids in completion_ids],
            executions=[replace(one, stdout=b"", stderr=b"") for one in executions],
        )

    def _passed_end(self, ids: Sequence[int]) -> str:
        """The first end that is not the last token, or an empty text."""
        return next((self._turn_ends[token] for token in ids[:-1] if token in self._turn_ends), "")

    def _graded(
        self, texts: Sequence[str], problem_ids: Sequence[str], state: TrainerState, watch: Watch
    ) -> list[GradedCompletion]:
        problems = [self._problems[problem_id] for problem_id in problem_ids]
        grades = self._grader.grade(list(zip(problems, texts, strict=True)), watch)
        weights = self._steering.weights(self._step, self._progress(state))
        first_row = self._num_earlier_groups * self._group_size + processes.rank() * len(texts)
        return [
            GradedCompletion(text, problem.id, grade, weights, self._step, row // self._group_size)
            for row, (text, problem, grade) in enumerate(
                zip(texts, problems, grades, strict=True), start=first_row
            )
        ]

    def _rollouts(
        self, batch: StepBatch, passed_ends: Sequence[str], progress: float
    ) -> tuple[Rollout, ...]:
        return tuple(
            Rollout(
                step=graded.step,
                progress=progress,
                group=graded.group,
                problem_id=graded.problem_id,
                family=self._problems[graded.problem_id].family,
                completion=graded.completion,
                program=None if graded.grade.program is None else graded.grade.program.source,
                truncated=batch.truncated[row],
                results=graded.grade.results,
                reward=None if value is None else value.total,
                parts={} if value is None else value.parts,
                weights=graded.weights,
                num_tokens=batch.lengths[row],
                selected=True,
                passed_end=passed_ends[row],
            )
            for row, (graded, value) in enumerate(
                zip(batch.completions, batch.rewards, strict=True)
            )
        )

    def _progress(self, state: TrainerState) -> float:
        timeline = self._timeline or Timeline(((0, state.max_steps),))
        return timeline.progress(state.global_step)
