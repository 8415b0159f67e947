"""Finished runs with outcomes as training writes them, and `tarot compare` on them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tarot.capability import PatternCount, ProblemOutcomes, write_outcomes
from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.evaluation.scores import Score
from tarot.runs import RunDirectory, write_json
from tarot.types import Tier

# By problem the samples, each with how much of every tier it passed.
Samples = Mapping[str, Sequence[Sequence[float]]]

ALL, NONE = (1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0)


@cache
def composed() -> dict[str, Any]:
    (job,) = compose("train", ["+experiment=tiny", "curriculum=average"])
    return job.config


def write_run(
    place: Path,
    after: Samples,
    before: Samples | None = None,
    data_hash: str = "f" * 64,
    **changes: Any,
) -> RunDirectory:
    """A finished run, as `prepare` writes it but for the environment.

    `changes` are keys of its config, and mappings among them are merged.
    """
    config = {**composed(), "run_dir": str(place)}
    for key, value in changes.items():
        config[key] = {**config[key], **value} if isinstance(value, dict) else value
    run = RunDirectory(place)
    run.outcomes_path.mkdir(parents=True)
    write_json(run.identity_path, {"sha": "0" * 8, "data_fingerprint": data_hash})
    write_json(run.config_path, config)
    for when, samples in (("after", after), ("before", before or {name: [NONE] for name in after})):
        outcomes = [ProblemOutcomes(name, _patterns(found)) for name, found in samples.items()]
        (run.outcomes_path / f"{when}-test.json").write_text(write_outcomes(outcomes))
    write_json(run.summary_path, {"splits": {}})
    return run


def solved(number: int, of: int) -> Samples:
    """One sample of each problem, the first of which pass everything and the others nothing."""
    return {f"p{place}": [ALL if place < number else NONE] for place in range(of)}


def compared(*arguments: str) -> dict[str, Any]:
    """What the command writes as JSON."""
    assert main(["compare", *arguments, "out=found.json"]) == 0
    plain: dict[str, Any] = json.loads(Path("found.json").read_text())
    return plain


def figure(plain: dict[str, Any], name: str, measured: str = "test") -> dict[str, Any]:
    (found,) = [
        one for one in plain["figures"] if (one["measured"], one["name"]) == (measured, name)
    ]
    return dict(found)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a command is refused with."""
    code, line = main(["compare", *arguments]), capsys.readouterr().err
    assert (code, line.count("\n")) == (2, 1)
    return line


def write_seeds(name: str, *numbers: int, first: int = 1, **changes: Any) -> str:
    """Runs `name-SEED` that solve so many of ten problems, and the pattern that finds them."""
    for seed, number in enumerate(numbers, start=first):
        write_run(Path(f"{name}-{seed}"), solved(number, of=10), seed=seed, **changes)
    return f"[{name}-*]"


def score_of(benchmark: str, outcomes: list[float], **settings: Any) -> Score:
    """One sample of each problem."""
    return Score(
        benchmark=benchmark,
        metric="pass@1",
        value=sum(outcomes) / len(outcomes),
        num_problems=len(outcomes),
        num_samples=1,
        std_error=None,
        parts={},
        solved={f"h{number}": [one] for number, one in enumerate(outcomes)},
        inputs={"checkpoint": {"step": 2}, "settings": {"commit": "x", "seed": 0, **settings}},
    )


def _patterns(samples: Sequence[Sequence[float]]) -> tuple[PatternCount, ...]:
    counts = Counter(tuple(sample) for sample in samples)
    return tuple(
        PatternCount(dict(zip(Tier, passes, strict=False)), count)
        for passes, count in counts.items()
    )
