"""Faults that a test writes into the records of a real run, and what is to be said of each."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from tarot.explain.causes import Cause
from tarot.runs import RunDirectory, write_json
from tarot.runs.rollouts import Rollout, read_rollouts, write_rollouts
from tarot.types import TestResult, Tier, TierWeights, Verdict

GROUP = 2
Line = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What is changed in the records: a completion by its place in the group, a line, the trainer.

    `key` is what is to be changed about it first.
    """

    cause: Cause
    key: str
    row: Callable[[Rollout, int], Rollout] = lambda row, place: row
    line: Callable[[Line], Line] = lambda line: line
    trainer: tuple[tuple[str, float], ...] = ()


def judged(row: Rollout, reward: float | None, verdict: Verdict, **changes: Any) -> Rollout:
    """The completion with a program, two tests that end alike, and what it earned for that."""
    results = tuple(TestResult(tier, verdict, 0.1, 0.1) for tier in (Tier.BASIC, Tier.EDGE))
    changed = {
        "program": "print(1)",
        "truncated": False,
        "results": results,
        "reward": reward,
        "parts": {} if reward is None else {"code": reward},
        "weights": TierWeights(dict.fromkeys(Tier, 0.25)),
        **changes,
    }
    return replace(row, **changed)


def healthy(row: Rollout, place: int) -> Rollout:
    """One of a group passes, and the other fails."""
    passes = place == 0
    return judged(row, float(passes), Verdict.ACCEPTED if passes else Verdict.WRONG_ANSWER)


def alike(verdict: Verdict, reward: float | None = 0.0, **changes: Any) -> Any:
    """All of a group end alike."""
    return lambda row, place: judged(row, reward, verdict, **changes)


def in_form(row: Rollout, place: int) -> Rollout:
    """Tests fail; one of a group keeps the form."""
    parts = {"code": 0.0, "format": float(place)}
    return judged(row, float(place), Verdict.WRONG_ANSWER, parts=parts)


def with_metric(**metrics: float | None) -> Any:
    """A line with these metrics in place of its own; `__` stands for a slash."""
    named = {key.replace("__", "/"): value for key, value in metrics.items()}
    return lambda line: {**line, **named}


def broken(line: Line) -> Line:
    """The update of the second step gave no number."""
    return {**line, "grad_norm": None} if line["step"] == 2 else line


def failing_after(row: Rollout, place: int) -> Rollout:
    """Healthy up to the second step."""
    return healthy(row, place) if row.step <= 2 else alike(Verdict.NO_CODE, program=None)(row, 0)


def drifting(line: Line) -> Line:
    """The policy leaves what generates behind."""
    return {**line, "sampling/cross_entropy_gap": 0.1 * (line["step"] - 1)}


FAULTS = (
    Fault(Cause.OUTAGE, "sandbox", alike(Verdict.INFRASTRUCTURE, None)),
    Fault(Cause.NO_ACTIVE_TIER, "curriculum", alike(Verdict.WRONG_ANSWER, None)),
    Fault(Cause.EXPLODED, "trainer.learning_rate", failing_after, broken),
    Fault(
        Cause.ENTROPY_COLLAPSE,
        "trainer.epsilon_high",
        alike(Verdict.WRONG_ANSWER, completion="print(1)"),
        with_metric(entropy=1e-4),
    ),
    Fault(Cause.ALL_PASS, "filter", alike(Verdict.ACCEPTED, 1.0)),
    Fault(
        Cause.WRONG_EOS,
        "model.eos_token",
        alike(Verdict.NO_CODE, program=None, truncated=True, passed_end="<|im_end|>"),
    ),
    Fault(
        Cause.TRUNCATED,
        "trainer.max_completion_length",
        alike(Verdict.RUNTIME_ERROR, program="print(", truncated=True),
    ),
    Fault(Cause.NO_CODE, "cold_start", alike(Verdict.NO_CODE, program=None)),
    Fault(Cause.TIME_LIMIT, "grading.limits.cpu_s", alike(Verdict.TIME_LIMIT)),
    Fault(Cause.FORMAT_ONLY, "reward.parts.format", in_form),
    Fault(Cause.ALL_FAIL, "filter", alike(Verdict.WRONG_ANSWER)),
    Fault(
        Cause.EQUAL_REWARDS,
        "num_generations",
        alike(Verdict.WRONG_ANSWER, 0.5, parts={"own": 0.5}),
    ),
    Fault(
        Cause.MISMATCH,
        "trainer.disable_dropout",
        healthy,
        with_metric(sampling__cross_entropy_gap=0.5),
    ),
    Fault(
        Cause.CLIPPED,
        "trainer.num_iterations",
        healthy,
        with_metric(clip_ratio__region_mean=0.75),
        (("num_iterations", 4),),
    ),
    Fault(Cause.LARGE_KL, "trainer.beta", healthy, with_metric(kl=5.0), (("beta", 1.0),)),
    Fault(
        Cause.SMALL_GRADIENT,
        "trainer.max_grad_norm",
        healthy,
        trainer=(("max_grad_norm", 1e-9),),
    ),
    Fault(
        Cause.SMALL_UPDATE,
        "trainer.learning_rate",
        healthy,
        with_metric(update__relative=1e-10, update__changed=0.0),
    ),
    Fault(Cause.UNSYNCED, "hardware.vllm", healthy, drifting),
)


def rewritten(
    real: RunDirectory,
    folder: Path,
    row: Callable[[Rollout, int], Rollout] = healthy,
    line: Callable[[Line], Line] = lambda line: line,
    trainer: Sequence[tuple[str, float]] = (),
) -> RunDirectory:
    """A copy of the run with other completions, lines and settings, without its checkpoints."""
    leave_out = shutil.ignore_patterns("checkpoints", "lock")
    run = RunDirectory(shutil.copytree(real.path, folder, ignore=leave_out))
    config = run.config()
    config["trainer"] |= dict(trainer)
    config["reward"]["parts"] = {"code": 1.0, "format": 1.0, "own": 1.0}
    write_json(run.config_path, config)
    lines = [line(dict(one)) for one in real.log.steps()]
    run.log.path.unlink()
    for one in lines:
        run.log.append(one)
    for step, rows in groupby(read_rollouts(real), key=lambda one: one.step):
        write_rollouts(run, step, [row(one, n % GROUP) for n, one in enumerate(rows)])
    return run
