"""A small finished run for a report, whose completions do all that they can to its page."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from tarot.cli.composition import compose
from tarot.cli.planning import plan_run
from tarot.evaluation import Score, write_score
from tarot.runs import RunDirectory, prepare, write_json
from tarot.runs.best import METRIC, Best, write_best
from tarot.runs.rollouts import Rollout, write_rollouts
from tarot.types import TestResult, Tier, TierWeights, Verdict

HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "<!--<script>",
    "\u2028\u2029\x00 ]]> {{ 7 * 7 }} </pre></textarea></style>",
)
DOUBLE = "print(2 * int(input()))"
SETTINGS = (
    *("+experiment=tiny", "data=jsonl", "data.path=data.jsonl", "run_dir=run", "seed=5"),
    *("data.dev_share=0.0", "data.test_share=0.0", "curriculum=forward_ce"),
)
_TESTS = [
    {"stdin": "1\n", "expected": "2\n", "tier": "basic"},
    {"stdin": "<b>3</b>", "expected": "</script>6", "tier": "edge"},
]


def write_run(folder: Path) -> RunDirectory:
    """A run of three steps in the current folder, of two problems, with a weird one of step 3."""
    rows = [
        {"id": name, "statement": f"Double it, {name}.", "reference": None, "tests": _TESTS}
        for name in ("p0", "</script>p1")
    ]
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (job,) = compose("train", list(SETTINGS))
    planned = plan_run(job.config)
    run = prepare(planned.config, planned.data_fingerprint)
    for step in (1, 2, 3):
        run.log.append(_line(step))
        write_rollouts(run, step, _rollouts(step))
    for step in (2, 3):
        run.log.append(_evaluation(step))
    write_best(run.path, Best(3, METRIC, 0.75))
    run.log.append({"step": 3, "decision": {"action": "advance", "weights": {"edge": 0.5}}})
    write_json(run.summary_path, {"splits": {"test": {"suite": _change(), "basic": _change()}}})
    solved = {f"problem {number}": [float(number == 0)] for number in range(4)}
    write_score(run.path, Score("humaneval", "pass@1", 0.25, 4, 4, None, {}, solved, {}), "key")
    return run


def _line(step: int) -> dict[str, float | None]:
    weights = {"basic": 0.15, "edge": 0.0 if step < 3 else 0.35}
    return {
        "step": step,
        **{f"policy/weight/{tier}": weight for tier, weight in weights.items()},
        **{f"tier/{tier}/pass_rate": step / 4 for tier in weights},
        **{f"tier/{tier}/accepted": step / 4 for tier in weights},
        **{f"tier/{tier}/wrong_answer": 1 - step / 4 for tier in weights},
        **{"reward": step / 3, "reward_std": 0.1, "reward/code": step / 3},
        **{"entropy": 1.5, "num_tokens": 100.0 * step, "step_time": 2.0, "kl": None},
    }


def _evaluation(step: int) -> dict[str, object]:
    return {
        "step": step,
        "eval": {"problems": 4, "samples": 2, "seed": 0},
        **{METRIC: step / 4, "eval/pass_at_1_low": 0.1, "eval/pass_at_1_high": 0.9},
        **{"eval/basic/pass_at_1": 0.5, "eval/edge/pass_at_1": None, "eval/pass_at_2": 0.75},
        **{"eval/length": 20.0, "eval/truncated": 0.0, "eval/time_share": 0.01},
    }


def _rollouts(step: int) -> list[Rollout]:
    """One right, one wrong, one without code and one that was lost; of step 3 hostile ones."""
    texts = HOSTILE if step == 3 else ("good", "bad", "prose", "lost")
    verdicts: Sequence[tuple[Verdict, Verdict]] = (
        (Verdict.ACCEPTED, Verdict.ACCEPTED),
        (Verdict.ACCEPTED, Verdict.WRONG_ANSWER),
        (Verdict.NO_CODE, Verdict.NO_CODE),
        (Verdict.INFRASTRUCTURE, Verdict.ACCEPTED),
    )
    return [
        _rollout(step, place, text, pair)
        for place, (text, pair) in enumerate(zip(texts, verdicts, strict=True))
    ]


def _rollout(step: int, place: int, text: str, verdicts: tuple[Verdict, Verdict]) -> Rollout:
    is_lost = Verdict.INFRASTRUCTURE in verdicts
    reward = verdicts.count(Verdict.ACCEPTED) / 2
    return Rollout(
        step=step,
        progress=(step - 1) / 3,
        group=place // 2,
        problem_id="p0" if place < 2 else "</script>p1",
        family=None,
        completion=f"{text}\n```python\n{DOUBLE}\n```",
        program=None if Verdict.NO_CODE in verdicts else DOUBLE,
        truncated=place == 2,
        results=tuple(
            TestResult(tier, verdict, 0.1, 0.25)
            for tier, verdict in zip((Tier.BASIC, Tier.EDGE), verdicts, strict=True)
        ),
        reward=None if is_lost else reward,
        parts={} if is_lost else {"code": reward, "own": math.nan},
        weights=TierWeights({Tier.BASIC: 0.15}),
        num_tokens=10 + place,
        selected=True,
    )


def _change() -> Mapping[str, Mapping[str, float]]:
    def estimate(mean: float) -> Mapping[str, float]:
        ends = {"low": mean - 0.125, "high": mean + 0.125}
        return {"mean": mean, **ends, "num_clusters": 8, "num_samples": 16}

    return {"before": estimate(0.25), "after": estimate(0.5), "difference": estimate(0.25)}
