"""Running the shown completions again, since a run keeps verdicts and no outputs."""

from collections.abc import Callable, Mapping, Sequence

from tarot.grading.trials import Trial, Trials
from tarot.report.completions import Again
from tarot.runs.rollouts import Rollout
from tarot.types import Limits, Problem, Program

_NUM_AT_ONCE = 32


def run_again(
    shown: Sequence[Rollout],
    problems: Mapping[str, Problem],
    trials: Trials,
    limits: Limits,
    on_progress: Callable[[int, int], None],
) -> Again:
    """What comes of the programs whose problems are at hand; told how many are done, of how many.

    What the infrastructure loses is told as that, by its verdict.
    """
    places = [
        place
        for place, one in enumerate(shown)
        if one.program is not None and one.problem_id in problems
    ]
    again = {}
    for start in range(0, len(places), _NUM_AT_ONCE):
        batch = places[start : start + _NUM_AT_ONCE]
        tests = {place: problems[shown[place].problem_id].tests for place in batch}
        tried = iter(
            trials.run(
                [
                    Trial(Program(shown[place].program or ""), test, limits)
                    for place in batch
                    for test in tests[place]
                ]
            )
        )
        for place in batch:
            again[place] = tuple(next(tried) for _ in tests[place])
        on_progress(start + len(batch), len(places))
    return again
