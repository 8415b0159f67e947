"""The data card: what is in a generated data set, what is not and why, and what it cost."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huggingface_hub import DatasetCardData

from tarot.generation.summary import Summary, yields
from tarot.types import Tier

TAGS = ["tarot", "code", "curriculum-learning", "synthetic"]
_NO_DATED_NAME = "-"


@dataclass(frozen=True, slots=True)
class CardAudit:
    """What an audit of the suites has shown: sentences, and figures by name with one a tier."""

    text: str
    names: Sequence[str]
    rows: Iterable[Sequence[str]]


def data_card(
    summary: Summary, settings: Mapping[str, Any], parquet: str, audit: CardAudit | None
) -> str:
    """The README of a data set whose rows are in the file `parquet`."""
    data = DatasetCardData(
        task_categories=["text-generation"],
        tags=TAGS,
        configs=[{"config_name": "default", "data_files": parquet}],
    )
    sections = (
        f"---\n{data.to_yaml()}\n---",
        "# Four-tier test suites",
        _origin(summary),
        f"## Yield\n\n{_yield(summary)}",
        f"## Faults\n\n{_faults(summary)}",
        f"## Problems without a suite\n\n{_drops(summary)}",
        *_audit(audit),
        f"## Models and cost\n\n{_cost(summary)}",
        f"## Settings\n\n```json\n{json.dumps(settings, indent=2, sort_keys=True)}\n```",
    )
    return "\n\n".join(sections) + "\n"


def _origin(summary: Summary) -> str:
    return (
        f"{summary.num_problems} problems of {summary.num_rows}, each with tests of four tiers: "
        "basic, intermediate (`medium`), complex (`high`) and edge. Inputs were written by OpenAI "
        "models; each was run on the problem's reference solution three times, and once on every "
        "other accepted one, and the output on file is the reference's. An expected output that "
        "the model gave otherwise is counted below as a disagreement and listed in "
        f"`disagreements.jsonl`. Prompts have the hash `{summary.prompt_hash}`. Made by TAROT."
    )


def _yield(summary: Summary) -> str:
    """By tier and model, tests that were sound of those asked for, repeats included."""
    rows = [
        (
            tier,
            model,
            *_share(tally.sound.get(tier, 0), tally.asked.get(tier, 0)),
            tally.disagreements.get(tier, 0),
        )
        for tier in Tier
        for model, _, tally in summary.tallies
    ]
    rows += [
        (tier, "all", *_share(*yields(summary, tier)), _disagreements(summary, tier))
        for tier in Tier
    ]
    return _table(("tier", "model", "asked", "sound", "yield", "disagreements"), rows)


def _share(sound: int, asked: int) -> tuple[int, int, str]:
    return asked, sound, f"{sound / asked:.1%}" if asked else "-"


def _disagreements(summary: Summary, tier: Tier) -> int:
    return sum(tally.disagreements.get(tier, 0) for *_, tally in summary.tallies)


def _faults(summary: Summary) -> str:
    counts: Counter[str] = Counter()
    for *_, tally in summary.tallies:
        counts.update({str(fault): number for fault, number in tally.faults.items()})
    if not counts:
        return "Every test that was asked for was sound."
    return _table(("what was wrong with a test or an answer", "number"), sorted(counts.items()))


def _drops(summary: Summary) -> str:
    if not summary.drops:
        return "None."
    table = _table(("reason", "problems"), summary.drops.items())
    return f"{table}\n\n`dropped.jsonl` has each with its reason."


def _cost(summary: Summary) -> str:
    rows = [
        (
            model,
            snapshot or _NO_DATED_NAME,
            tally.answers,
            tally.input_tokens,
            tally.output_tokens,
            tally.reasoning_tokens,
            f"{tally.cost_usd:.2f}",
        )
        for model, snapshot, tally in summary.tallies
    ]
    names = ("model", "dated name", "answers", "input", "output", "of it reasoning", "USD")
    return f"{_table(names, rows)}\n\nAll requests together cost ${summary.spent_usd:.2f}."


def _audit(audit: CardAudit | None) -> list[str]:
    if audit is None:
        return []
    return [f"## Audit\n\n{audit.text}\n\n{_table(('', *audit.names), audit.rows)}"]


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [names, [":--"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
