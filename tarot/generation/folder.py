"""The folder of a generation: which one it is, and what is written when all is answered.

The same settings go on in it; others are refused. What a sandbox, a service or a budget is does not
tell generations apart.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tarot.generation.bases import Dropped
from tarot.generation.card import CardAudit, data_card
from tarot.generation.outcomes import Outcomes
from tarot.generation.published import rows_of, write_rows
from tarot.generation.standing import Standing
from tarot.generation.summary import Summary
from tarot.runs.files import TEMPORARY_SUFFIX, read_json, replacing, write_atomically, write_json
from tarot.runs.identity import differing_keys
from tarot.runs.lock import exclusive
from tarot.types import UserError

_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class GenerationFolder:
    """Where everything of one generation is."""

    path: Path

    @property
    def settings_path(self) -> Path:
        """What tells the generation apart."""
        return self.path / "settings.json"

    @property
    def outcomes_path(self) -> Path:
        """What checks have found."""
        return self.path / "outcomes.sqlite"

    @property
    def summary_path(self) -> Path:
        """The figures, which are written last."""
        return self.path / "summary.json"

    @property
    def results(self) -> tuple[Path, ...]:
        """What makes up the data set, the card first."""
        names = ("README.md", "problems.parquet", "problems.jsonl")
        lists = ("dropped.jsonl", "disagreements.jsonl", "summary.json")
        return tuple(self.path / name for name in (*names, *lists))

    @property
    def published(self) -> tuple[Path, ...]:
        """What goes to the hub: the data set, and its audit where there is one."""
        return (*self.results, *filter(Path.exists, [self.audit_path]))

    @property
    def audit_path(self) -> Path:
        """All figures of the audit, those of times among them, which no two runs share."""
        return self.path / "audit.json"

    @property
    def audited_path(self) -> Path:
        """What the audit has measured so far."""
        return self.path / "audited.jsonl"

    def lock(self) -> AbstractContextManager[None]:
        """Keep other processes out; UserError where one is in it."""
        return exclusive(self.path / _LOCK)

    def is_finished_as(self, settings: Mapping[str, Any]) -> bool:
        """Whether the data set of these settings is there and nothing is waited for.

        UserError where the folder holds another one.
        """
        if not self.settings_path.exists() or not self.summary_path.exists():
            return False
        self._refuse_another(settings)
        return bool(read_json(self.summary_path)["is_final"])

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Make the folder, or take it up again.

        UserError where it holds another generation, which names the keys, or anything else.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        if self.settings_path.exists():
            self._refuse_another(settings)
            return
        ours = {_LOCK, self.settings_path.name + TEMPORARY_SUFFIX}
        if {path.name for path in self.path.iterdir()} - ours:
            raise UserError(
                f"out: {self.path} is not empty and holds no generation; name another folder"
            )
        write_json(self.settings_path, settings)

    def _refuse_another(self, settings: Mapping[str, Any]) -> None:
        keys = differing_keys(read_json(self.settings_path), settings)
        if keys:
            raise UserError(
                f"out: {self.path} holds another generation, which differs in "
                f"{', '.join(keys)}; name another folder"
            )

    def write(
        self, standings: Sequence[Standing], unread: Sequence[Dropped], outcomes: Outcomes
    ) -> Path:
        """Write the data set and the lists beside it; where its problems are, as lines of JSON."""
        _, parquet, jsonl, dropped, disagreements, _ = self.results
        source = read_json(self.settings_path)["source"]
        write_rows(rows_of(standings, outcomes, source), jsonl, parquet)
        reasons = [*unread, *(one.dropped for one in standings if one.dropped)]
        _write_lines(dropped, map(asdict, reasons))
        _write_lines(disagreements, _disagreements(standings, outcomes))
        return jsonl

    def finish(self, summary: Summary, audit: CardAudit | None) -> None:
        """Write the card of what is written and, last, the figures."""
        card, parquet, *_ = self.results
        settings = read_json(self.settings_path)
        write_atomically(card, data_card(summary, settings, parquet.name, audit).encode())
        write_json(self.summary_path, summary.to_plain())


def _disagreements(standings: Sequence[Standing], outcomes: Outcomes) -> Iterator[dict[str, Any]]:
    """The tests whose models expected another output than the reference gave."""
    for standing in standings:
        for kept in standing.kept:
            checked = outcomes.checked(kept.key)
            assert checked is not None
            test = checked.tests[kept.place]
            if test.said is not None:
                name = {"problem_id": standing.base.problem.id, "tier": kept.tier}
                outputs = {"expected": test.expected, "model": test.said}
                yield {**name, "input": test.stdin, **outputs}


def _write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with replacing(path) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
