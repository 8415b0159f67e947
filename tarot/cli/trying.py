"""`tarot try`: what a reward makes of completions, with the real grader and without a trainer."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

from rich.console import Console

from tarot.cli.completions import Brought, read_completions
from tarot.cli.composition import compose
from tarot.cli.screen import screen
from tarot.cli.tried import reward_table, verdicts_table
from tarot.config.schema import Node
from tarot.config.targets import build, check_target
from tarot.config.trials import TryConfig
from tarot.config.validation import parse
from tarot.curriculum import (
    OnlinePolicy,
    PartCall,
    RewardFault,
    call_reward,
    title_of,
    watching,
)
from tarot.curriculum.reward_contract import breaches
from tarot.data import DataSource, Split
from tarot.grading.grader import Grader, self_check
from tarot.runs.exits import Exit
from tarot.types import GradedCompletion, Limits, Problem, Reward, TierWeights, UserError

_NUM_NAMED = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """A completion, where it stands, and what the grader says of it."""

    place: str
    graded: GradedCompletion


def run(arguments: Sequence[str]) -> int:
    """Try all that the arguments describe; the exit code is that of the worst."""
    jobs = [parse(TryConfig, job.config) for job in compose("try", arguments)]
    return max(map(_try, jobs), default=Exit.OK)


def _try(config: TryConfig) -> Exit:
    for key in ("data", "curriculum", "reward", "sandbox"):
        check_target(key, getattr(config, key))
    reward: Reward = build("reward", config.reward)
    weights = _weights(config.curriculum, config.progress)
    trials = _judged(config, _material(config), weights)
    faults = list(_rewarded(reward, trials, config, screen()))
    for line in faults:
        sys.stderr.write(f"reward: {line}\n")
    is_judged = all(trial.graded.grade.is_judged for trial in trials)
    return Exit.FAILED if faults or not is_judged else Exit.OK


def _weights(node: Node, progress: float) -> TierWeights:
    policy = build("curriculum", node)
    if isinstance(policy, OnlinePolicy):
        return policy.weights()
    if not hasattr(policy, "at"):
        raise UserError(
            "curriculum: which policy it takes is decided by a run's probe; name a policy, as "
            "curriculum=forward_ce"
        )
    weights: TierWeights = policy.at(progress)
    return weights


def _material(config: TryConfig) -> list[tuple[Brought, Problem]]:
    """The completions, each with its problem; the reference where none is brought."""
    source: DataSource = build("data", config.data)
    source.check()
    files = [config.completion] if isinstance(config.completion, str) else config.completion
    if files is not None:
        brought = read_completions(files)
        keys = [config.problem if one.problem is None else one.problem for one in brought]
        found = {key: _problem(source, key) for key in dict.fromkeys(keys)}
        return [(one, found[key]) for one, key in zip(brought, keys, strict=True)]
    problem = _problem(source, config.problem)
    if problem.reference is None:
        raise UserError(f"completion: problem {problem.id} has no reference; name a file")
    text = f"```python\n{problem.reference.rstrip()}\n```\n"
    return [(Brought("the reference", text), problem)]


def _problem(source: DataSource, key: int | str) -> Problem:
    """The problem with an id, or the one at a place among those to train on."""
    training = source.load(Split.TRAIN)
    for problem in training:
        if problem.id == str(key):
            return problem
    if isinstance(key, int) and 0 <= key < len(training):
        return training[key]
    for split in (Split.DEV, Split.TEST, Split.UNSEEN):
        for problem in source.load(split):
            if problem.id == str(key):
                return problem
    names = ", ".join(problem.id for problem in training[:_NUM_NAMED])
    raise UserError(
        f"problem={key}: neither an id, as {names}, nor a place from 0 to {len(training) - 1}"
    )


def _judged(
    config: TryConfig, material: Sequence[tuple[Brought, Problem]], weights: TierWeights
) -> list[Trial]:
    """What the grader says; completions of one problem are one group."""
    sandbox = build("sandbox", config.sandbox)
    grader = Grader(
        sandbox, Limits(**config.grading.limits.model_dump()), config.grading.comparator
    )
    try:
        self_check(sandbox)
        grades = grader.grade([(problem, brought.text) for brought, problem in material])
    finally:
        grader.close()
    groups = {problem.id: number for number, (_, problem) in enumerate(material)}
    return [
        Trial(
            brought.place,
            GradedCompletion(brought.text, problem.id, grade, weights, 1, groups[problem.id]),
        )
        for (brought, problem), grade in zip(material, grades, strict=True)
    ]


def _rewarded(
    reward: Reward, trials: Sequence[Trial], config: TryConfig, console: Console
) -> Iterator[str]:
    """Show what came of each completion; a line for everything that is wrong with the reward."""
    graded = [trial.graded for trial in trials]
    calls: list[PartCall] = []
    start = perf_counter()
    try:
        with watching(calls.append):
            values = call_reward(reward, graded, config.timeout_s)
    except RewardFault as fault:
        for trial in trials:
            console.print(verdicts_table(trial.place, trial.graded))
        raise _told(reward, fault, trials, config.timeout_s) from fault
    spent_s = perf_counter() - start
    for trial, value in zip(trials, values, strict=True):
        mine = [call for call in calls if call.completion is trial.graded]
        console.print(verdicts_table(trial.place, trial.graded))
        console.print(reward_table(reward, trial.graded, value, mine))
    yield from _slow(reward, trials, calls, spent_s, config)
    yield from breaches(reward, graded, values, config.timeout_s)


def _told(
    reward: Reward, fault: RewardFault, trials: Sequence[Trial], timeout_s: float
) -> UserError:
    """The fault in one line with the place of its completion, which may take trying each alone."""
    places = [trial.place for trial in trials if trial.graded is fault.completion]
    if not places:
        places = [one.place for one in trials if _fails(reward, one.graded, timeout_s)]
    where = places[0] if places else "all completions together, though for none alone"
    return UserError(f"reward: {fault}, on {where}")


def _fails(reward: Reward, graded: GradedCompletion, timeout_s: float) -> bool:
    try:
        call_reward(reward, [graded], timeout_s)
    except RewardFault:
        return True
    return False


def _slow(
    reward: Reward,
    trials: Sequence[Trial],
    calls: Sequence[PartCall],
    spent_s: float,
    config: TryConfig,
) -> Iterator[str]:
    """A line for each completion that took long; without parts to time, each is timed alone."""
    places = {id(trial.graded): trial.place for trial in trials}
    taken = [(f"its part {one.name}", one.completion, one.seconds) for one in calls]
    if not calls and spent_s > config.slow_s:
        taken = [
            (title_of(reward), *_timed(reward, one.graded, config.timeout_s)) for one in trials
        ]
    for who, completion, seconds in taken:
        if seconds > config.slow_s:
            yield f"{who} took {seconds:.1f} s on {places[id(completion)]}"


def _timed(
    reward: Reward, graded: GradedCompletion, timeout_s: float
) -> tuple[GradedCompletion, float]:
    """What a completion takes alone, which a reward of whole groups may refuse."""
    start = perf_counter()
    with suppress(RewardFault):
        call_reward(reward, [graded], timeout_s)
    return graded, perf_counter() - start
