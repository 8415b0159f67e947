"""The one reward function that TRL calls: grade, weigh by the curriculum, record."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tarot.grading.grader import Grader
from tarot.metrics import step_metrics
from tarot.runs.rollouts import Rollout
from tarot.types import GradedCompletion, Policy, Problem, Reward, RewardValue


class TrainerState(Protocol):
    """What is read of the trainer's state."""

    global_step: int
    max_steps: int


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What a step's completions earned, for whoever records or watches it."""

    step: int
    rollouts: tuple[Rollout, ...]
    metrics: Mapping[str, float]


class RewardFunction:
    """Grades a batch of completions once and returns one reward, or None, for each.

    Args:
        problems: the training problems by id.
        grader: judges the programs.
        policy: the curriculum in force.
        reward: turns graded completions into rewards.
        group_size: completions per prompt; a group stands together in the batch.
        eos_token_ids: a completion that ends in none of them was cut off.
        on_step: told of every step's outcome.
    """

    __name__ = "reward"

    def __init__(  # noqa: PLR0913
        self,
        *,
        problems: Mapping[str, Problem],
        grader: Grader,
        policy: Policy,
        reward: Reward,
        group_size: int,
        eos_token_ids: Sequence[int],
        on_step: Callable[[StepOutcome], None],
    ) -> None:
        """Hold what every batch needs."""
        self._problems = problems
        self._grader = grader
        self._policy = policy
        self._reward = reward
        self._group_size = group_size
        self._eos_token_ids = frozenset(eos_token_ids)
        self._on_step = on_step

    def __call__(
        self,
        *,
        completions: Sequence[Any],
        completion_ids: Sequence[Sequence[int]],
        problem_id: Sequence[str],
        trainer_state: TrainerState,
        log_metric: Callable[[str, float], None],
        **_: object,
    ) -> list[float | None]:
        """The rewards of one batch; TRL calls it with keywords and ignores rows of None."""
        texts = [completion[0]["content"] for completion in completions]
        progress = trainer_state.global_step / trainer_state.max_steps
        graded = self._graded(texts, problem_id, trainer_state.global_step + 1, progress)
        values = self._reward(graded)
        truncated = [not self._eos_token_ids.intersection(ids[-1:]) for ids in completion_ids]
        metrics = step_metrics(graded, values, truncated, self._reward.part_names)
        for name, figure in metrics.items():
            if not math.isnan(figure):
                log_metric(name, figure)
        rollouts = tuple(
            self._rollout(row, value, progress, cut)
            for row, value, cut in zip(graded, values, truncated, strict=True)
        )
        self._on_step(StepOutcome(trainer_state.global_step + 1, rollouts, metrics))
        return [None if value is None else value.total for value in values]

    def _graded(
        self, texts: Sequence[str], problem_ids: Sequence[str], step: int, progress: float
    ) -> list[GradedCompletion]:
        problems = [self._problems[problem_id] for problem_id in problem_ids]
        grades = self._grader.grade(list(zip(problems, texts, strict=True)))
        weights = self._policy.at(progress)
        return [
            GradedCompletion(text, problem.id, grade, weights, step, row // self._group_size)
            for row, (text, problem, grade) in enumerate(zip(texts, problems, grades, strict=True))
        ]

    def _rollout(
        self, row: GradedCompletion, value: RewardValue | None, progress: float, truncated: bool
    ) -> Rollout:
        program = row.grade.program
        return Rollout(
            step=row.step,
            progress=progress,
            group=row.group,
            problem_id=row.problem_id,
            family=self._problems[row.problem_id].family,
            completion=row.completion,
            program=None if program is None else program.source,
            truncated=truncated,
            results=row.grade.results,
            reward=None if value is None else value.total,
            parts={} if value is None else value.parts,
            weights=row.weights,
        )
