"""A run of very many rollouts, written in columns."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from tarot.cli.composition import compose
from tarot.cli.planning import plan_run
from tarot.runs import RunDirectory, prepare
from tarot.runs.rollouts import RESULT, SCHEMA
from tarot.types import Tier, Verdict

NUM_TESTS, NUM_PROBLEMS, GROUP_SIZE = 8, 400, 8
VERDICTS = [verdict.value for verdict in Verdict]
SHARES = (0.4, 0.4, 0.1, 0.05, 0.01, 0.01, 0.0001, 0.0199, 0.01)
TEXT = (
    "Let me think.\n\n```python\nn = int(input())\nprint(2 * n)\n```\n" + "I am sure of it. " * 60
)


def write_many(num_steps: int, num_rows: int) -> RunDirectory:
    """A run in the current folder with so many steps of so many completions of a kilobyte."""
    test = {"stdin": "1\n" * 50, "expected": "2\n" * 50}
    tiers = [list(Tier)[place * len(Tier) // NUM_TESTS].value for place in range(NUM_TESTS)]
    suite = [{**test, "tier": tier} for tier in tiers]
    rows = [
        {"id": f"p{number}", "statement": f"Double {number}.", "reference": None, "tests": suite}
        for number in range(NUM_PROBLEMS)
    ]
    Path("data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    shares = ("data.dev_share=0.0", "data.test_share=0.0")
    settings = ["+experiment=tiny", "data=jsonl", "data.path=data.jsonl", "run_dir=many", *shares]
    (job,) = compose("train", settings)
    planned = plan_run(job.config)
    run = prepare(planned.config, planned.data_fingerprint)
    run.rollouts_path.mkdir()
    random = np.random.default_rng(0)
    for step in range(1, num_steps + 1):
        pq.write_table(_table(step, num_rows, tiers, random), run.rollouts_of(step))
        run.log.append({"step": step, **_metrics(step, num_steps)})
    return run


def _metrics(step: int, num_steps: int) -> dict[str, float]:
    rate = step / num_steps
    return {
        "reward": rate,
        "entropy": 1 - rate,
        "grad_norm": 0.5,
        "kl": 0.001 * step,
        "step_time": 2.0,
        **{f"tier/{tier}/pass_rate": rate for tier in Tier},
        **{f"tier/{tier}/{verdict}": rate for tier in Tier for verdict in VERDICTS},
        **{f"policy/weight/{tier}": float(rate > 0.5) for tier in Tier},
    }


def _table(step: int, num_rows: int, tiers: list[str], random: np.random.Generator) -> pa.Table:
    verdicts = random.choice(VERDICTS, num_rows * NUM_TESTS, p=SHARES)
    nothing = np.zeros(num_rows * NUM_TESTS)
    tests = pa.StructArray.from_arrays(
        [pa.array(tiers * num_rows), pa.array(verdicts, pa.string()), *(pa.array(nothing),) * 2],
        fields=list(RESULT),
    )
    offsets = pa.array(np.arange(num_rows + 1) * NUM_TESTS, pa.int32())
    columns = {
        "step": [step] * num_rows,
        "progress": [0.5] * num_rows,
        "group": [row // GROUP_SIZE for row in range(num_rows)],
        "problem_id": [f"p{number}" for number in random.integers(NUM_PROBLEMS, size=num_rows)],
        "family": [None] * num_rows,
        "completion": [f"{step} {row} {TEXT}" for row in range(num_rows)],
        "program": ["n = int(input())\nprint(2 * n)"] * num_rows,
        "truncated": [False] * num_rows,
        "results": pa.ListArray.from_arrays(offsets, tests),
        "reward": random.random(num_rows),
        "parts": [[("code", 0.5)]] * num_rows,
        "weights": [dict.fromkeys(Tier, 0.25)] * num_rows,
        "all_must_pass": [False] * num_rows,
        "num_tokens": [300] * num_rows,
        "selected": [True] * num_rows,
        "passed_end": [""] * num_rows,
    }
    arrays = [
        value if isinstance(value, pa.ListArray) else pa.array(value, SCHEMA.field(name).type)
        for name, value in columns.items()
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
