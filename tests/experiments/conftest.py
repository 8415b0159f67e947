"""Synthetic runs of the study, written as training writes them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from experiments.demo.pooling import Place
from experiments.demo.results import Arm
from tarot.capability import PatternCount, ProblemOutcomes, write_outcomes
from tarot.data import Split
from tarot.runs import RunDirectory, prepare, write_json
from tarot.types import Tier
from tests.experiments.listed_source import ListedSource
from tests.experiments.writing_launcher import Launcher

# Of each problem, how many of its samples passed the whole suite, and how many did not.
Counts = Mapping[str, tuple[int, int]]
MakeRun = Callable[[Arm, int, Counts, Counts], Place]

LISTED = "tests.experiments.listed_source"
PHASES = ((Tier.BASIC,), (Tier.BASIC,), (Tier.BASIC, Tier.EDGE), (Tier.BASIC, Tier.EDGE))


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """`make_run(arm, seed, before, after)`: a finished run; `unseen` is one problem, unsolved.

    Problems p and q are other tasks for each seed, but seeds 21 and 22 have p in common.
    """

    def make(arm: Arm, seed: int, before: Counts, after: Counts) -> Place:
        statements: dict[str, dict[str, str]] = {
            Split.TEST: {"p": f"p of {max(seed, 22)}", "q": f"q of {seed}"},
            Split.UNSEEN: {"u": "u of all"},
        }
        config = {
            "name": "demo",
            "seed": seed,
            "runs_dir": str(tmp_path / "runs"),
            "run_dir": None,
            "data": {"_target_": f"{LISTED}.ListedSource", "statements": statements},
            "evaluation": {"split": "test"},
            "reward": {"_target_": f"rewards.{arm}"},
        }
        run = prepare(config, ListedSource(statements).fingerprint())
        run.outcomes_path.mkdir()
        for when, counts in (("before", before), ("after", after)):
            _write(run, f"{when}-test", counts)
            _write(run, f"{when}-unseen", {"u": (0, 2)})
        _log(run)
        write_json(run.summary_path, {})
        return Place(arm, seed, run)

    return make


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Those of a study on little data, whose launcher writes outcomes; `runs` is there."""
    (tmp_path / "runs").mkdir()
    return [
        f"runs_dir={tmp_path / 'runs'}",
        f"sweeps_dir={tmp_path / 'sweeps'}",
        f"out={tmp_path / 'out'}",
        f"launcher._target_={Launcher.__module__}.Launcher",
        "data.num_problems=2",
        "data.num_held_out=2",
    ]


@pytest.fixture
def study(make_run: MakeRun) -> list[Place]:
    """Three seeds of each arm: seed 21 learns, 22 and 23 and the control do not."""
    flat: Counts = {"p": (1, 1), "q": (0, 2)}
    better: Counts = {"p": (2, 0), "q": (1, 1)}
    tiered = [make_run(Arm.TIERED, seed, flat, better if seed == 21 else flat) for seed in SEEDS]
    return tiered + [make_run(Arm.SHUFFLED, seed, flat, flat) for seed in SEEDS]


SEEDS = (21, 22, 23)


def _write(run: RunDirectory, name: str, counts: Counts) -> None:
    outcomes = [
        ProblemOutcomes(problem, _patterns(solved, unsolved))
        for problem, (solved, unsolved) in counts.items()
    ]
    (run.outcomes_path / f"{name}.json").write_text(write_outcomes(outcomes))


def _patterns(solved: int, unsolved: int) -> tuple[PatternCount, ...]:
    """An unsolved sample passes the basic tier and half of the complex one."""
    part = {Tier.BASIC: 1.0, Tier.INTERMEDIATE: 0.0, Tier.COMPLEX: 0.5, Tier.EDGE: 0.0}
    whole = dict.fromkeys(Tier, 1.0)
    patterns = (PatternCount(part, unsolved), PatternCount(whole, solved))
    return tuple(pattern for pattern in patterns if pattern.count)


def _log(run: RunDirectory, phases: Sequence[tuple[Tier, ...]] = PHASES) -> None:
    for step, tiers in enumerate(phases, start=1):
        weights = {f"policy/weight/{tier}": 0.25 if tier in tiers else 0.0 for tier in Tier}
        rates = {f"tier/{tier}/pass_rate": step / 8 for tier in Tier}
        run.log.append({"step": step, **weights, **rates, "tier/edge/pass_rate": float("nan")})
