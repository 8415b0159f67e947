"""Rows in the published schema, as JSONL and as parquet, each file there in full or not at all."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from tarot.generation.outcomes import Outcomes
from tarot.generation.standing import Standing
from tarot.runs.files import replacing
from tarot.types import TestCase, TestKind, Tier

_ROWS_AT_ONCE = 64
_LABELS: Mapping[Tier, str] = {
    Tier.BASIC: "basic",
    Tier.INTERMEDIATE: "medium",
    Tier.COMPLEX: "high",
    Tier.EDGE: "edge",
}
_TEXT = pa.string()
_TEST = pa.struct(dict.fromkeys(("input", "output", "type", "label", "reason"), _TEXT))
_SCHEMA = pa.schema(
    {
        "source": _TEXT,
        "task_type": _TEXT,
        "in_source_id": _TEXT,
        "problem": _TEXT,
        "gold_standard_solution": _TEXT,
        "verification_info": pa.struct({"language": _TEXT, "test_cases": pa.list_(_TEST)}),
        "metadata": pa.struct({"difficulty": _TEXT, "problem_url": _TEXT}),
        "problem_id": _TEXT,
        "custom_id": _TEXT,
    }
)


def rows_of(
    standings: Iterable[Standing], outcomes: Outcomes, source: str
) -> Iterator[dict[str, Any]]:
    """A row for each complete suite, in order; `source` names where a problem without one is from.

    The tests of its own come first, without a label, and then those of the tiers.
    """
    for standing in standings:
        if standing.is_complete:
            yield _row(standing, outcomes, source)


def write_rows(rows: Iterable[Mapping[str, Any]], jsonl: Path, parquet: Path) -> int:
    """Write both files, some rows at a time; how many there are. UserError for a full disk."""
    number = 0
    remaining = iter(rows)
    with ExitStack() as stack:
        lines = stack.enter_context(replacing(jsonl))
        table = stack.enter_context(replacing(parquet))
        writer = stack.enter_context(pq.ParquetWriter(table, _SCHEMA))
        while batch := list(islice(remaining, _ROWS_AT_ONCE)):
            number += len(batch)
            for row in batch:
                lines.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            writer.write_table(pa.Table.from_pylist(batch, schema=_SCHEMA))
    return number


def _row(standing: Standing, outcomes: Outcomes, source: str) -> dict[str, Any]:
    problem, columns = standing.base.problem, standing.base.columns
    known = {
        "source": source,
        "task_type": "verifiable_code",
        "in_source_id": problem.id,
        "problem": problem.statement,
        "gold_standard_solution": f"```python\n{problem.reference}\n```",
        **{name: value for name, value in columns.items() if value is not None},
    }
    tests = [*map(_own_test, standing.originals), *_tier_tests(standing, outcomes)]
    return {
        **{name: _text(known[name]) for name in _SCHEMA.names if name in known},
        "verification_info": {"language": "python", "test_cases": tests},
        "metadata": _metadata(columns.get("metadata")),
        "problem_id": problem.id,
        "custom_id": standing.custom_id,
    }


def _tier_tests(standing: Standing, outcomes: Outcomes) -> Iterator[dict[str, Any]]:
    """Tier by tier, each in the order in which its tests were accepted."""
    for tier in Tier:
        for kept in standing.kept:
            if kept.tier is tier:
                checked = outcomes.checked(kept.key)
                assert checked is not None
                test = checked.tests[kept.place]
                label, reason = _LABELS[tier], test.reason
                yield _test(test.stdin, test.expected, standing.base.kind, label, reason)


def _own_test(test: TestCase) -> dict[str, Any]:
    return _test(test.stdin, test.expected, test.kind, None, None)


def _test(
    stdin: str, expected: str, kind: TestKind, label: str | None, reason: str | None
) -> dict[str, Any]:
    return {
        "input": stdin,
        "output": expected,
        "type": str(kind),
        "label": label,
        "reason": reason,
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _metadata(value: object) -> dict[str, str | None]:
    """The two columns that the schema has, from an object or the JSON of one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    given = value if isinstance(value, Mapping) else {}
    found = {name: given.get(name) for name in ("difficulty", "problem_url")}
    return {name: None if one is None else _text(one) for name, one in found.items()}
