"""`tarot judge`: the verdict of every test in a file, by the configured sandbox."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from tarot.cli.composition import compose
from tarot.cli.outputs import check_output
from tarot.config.targets import build, check_target
from tarot.config.trials import JudgeConfig
from tarot.config.validation import parse
from tarot.conformance.judging import Judged, judge_trials, read_trials
from tarot.grading.grader import Grader
from tarot.runs import write_atomically
from tarot.runs.exits import Exit
from tarot.types import Limits

_NUM_NAMED = 5


def run(arguments: Sequence[str]) -> int:
    """Judge every file that the arguments name; an expected verdict that is missed fails."""
    jobs = [parse(JudgeConfig, job.config) for job in compose("judge", arguments)]
    return max([_judge(job) for job in jobs], default=Exit.OK)


def _judge(config: JudgeConfig) -> Exit:
    check_target("sandbox", config.sandbox)
    check_output("out", config.out)
    trials = read_trials(Path(config.file))
    limits = Limits(**config.grading.limits.model_dump())
    grader = Grader(build("sandbox", config.sandbox), limits, config.grading.comparator)
    try:
        judged = list(_written(judge_trials(trials, grader), config.out))
    finally:
        grader.close()
    sys.stderr.write(f"{config.file}: {_summary(judged)}\n")
    return Exit.FAILED if any(one.is_missed for one in judged) else Exit.OK


def _written(judged: Iterator[Judged], out: str | None) -> Iterator[Judged]:
    """Each verdict as it comes, once its line is on stdout; a file is written at the end."""
    lines = []
    for one in judged:
        lines.append(json.dumps(asdict(one)) + "\n")
        if out is None:
            sys.stdout.write(lines[-1])
        yield one
    if out is not None:
        write_atomically(Path(out), "".join(lines).encode())


def _summary(judged: Sequence[Judged]) -> str:
    counts = Counter(one.verdict for one in judged)
    verdicts = ", ".join(f"{number} {verdict}" for verdict, number in counts.most_common())
    missed = [f"{one.name}[{one.test}] {one.verdict}" for one in judged if one.is_missed]
    text = f"{len(judged)} tests: {verdicts}; {len(missed)} expected verdicts missed"
    named = ", ".join(missed[:_NUM_NAMED])
    return f"{text}: {named}{', …' if len(missed) > _NUM_NAMED else ''}" if missed else text
