"""Runs whose rollouts are written as training writes them: graded, weighed and rewarded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tarot.cli.composition import compose
from tarot.config.targets import build
from tarot.runs import RunDirectory
from tarot.runs.rollouts import Rollout, write_rollouts
from tarot.types import (
    Grade,
    GradedCompletion,
    Policy,
    Program,
    Reward,
    RewardValue,
    TestResult,
    Tier,
    TierWeights,
    Verdict,
    WithinTier,
)

GROUP_SIZE = 4
WELL_FORMED = "<answer>\n```python\npass\n```\n</answer>"
PATTERN = r"<answer>\n.*?```python.*?```.*?\n</answer>"
VERDICTS = (Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.TIME_LIMIT)


@dataclass(frozen=True)
class Sample:
    """A completion to be: its group, its text, and its verdicts by tier, as many as there are."""

    group: int
    verdicts: Sequence[tuple[Tier | None, Verdict]]
    text: str = WELL_FORMED


def policies() -> dict[str, Policy]:
    """The shipped policies that depend on progress alone, by name."""
    (job,) = compose("train", ["curriculum=adaptive"])
    nodes = job.config["curriculum"]["candidates"]
    return {name: build("curriculum", node) for name, node in nodes.items()}


def samples(steps: int, groups: int, seed: int = 0) -> list[list[Sample]]:
    """Random samples a step: two basic tests, a problem in three without edge, lost ones too."""
    rng = Random(seed)
    tiers = (Tier.BASIC, Tier.BASIC, Tier.INTERMEDIATE, Tier.COMPLEX, None, Tier.EDGE)

    def sample(group: int) -> Sample:
        suite = tiers[:5] if group % 3 == 0 else tiers
        verdicts = [(tier, rng.choice(VERDICTS)) for tier in suite]
        if rng.random() < 0.05:
            verdicts[0] = (Tier.BASIC, Verdict.INFRASTRUCTURE)
        return Sample(group, verdicts, rng.choice([WELL_FORMED, "prose"]))

    return [
        [sample(group) for group in range(groups) for _ in range(GROUP_SIZE)] for _ in range(steps)
    ]


def write_run(
    folder: Path,
    steps: Sequence[Sequence[Sample]],
    reward: Reward,
    policy: Policy,
    progress: Mapping[int, float] | None = None,
    within_tier: WithinTier = WithinTier.MEAN,
) -> RunDirectory:
    """A run of these samples; `progress` by step is that of training unless given."""
    run = RunDirectory(folder)
    folder.mkdir(exist_ok=True)
    for step, row in enumerate(steps, start=1):
        moment = (step - 1) / len(steps) if progress is None else progress[step]
        weights = policy.at(moment)
        completions = [_graded(sample, weights, step, within_tier) for sample in row]
        values = reward(completions)
        rollouts = [
            _rollout(completion, value, moment)
            for completion, value in zip(completions, values, strict=True)
        ]
        write_rollouts(run, step, rollouts)
    return run


def _graded(
    sample: Sample, weights: TierWeights, step: int, within_tier: WithinTier
) -> GradedCompletion:
    results = tuple(TestResult(tier, verdict) for tier, verdict in sample.verdicts)
    grade = Grade(Program("pass"), results, within_tier)
    return GradedCompletion(sample.text, f"p{sample.group}", grade, weights, step, sample.group)


def _rollout(completion: GradedCompletion, value: RewardValue | None, progress: float) -> Rollout:
    return Rollout(
        step=completion.step,
        progress=progress,
        group=completion.group,
        problem_id=completion.problem_id,
        family=None,
        completion=completion.completion,
        program="pass",
        truncated=False,
        results=completion.grade.results,
        reward=None if value is None else value.total,
        parts={} if value is None else value.parts,
        weights=completion.weights,
    )
