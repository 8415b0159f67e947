"""The figures of a finished generation, as its summary and its card have them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tarot.generation.bases import Dropped
from tarot.generation.rounds import Course
from tarot.generation.standing import Standing, Tally
from tarot.types import Tier


@dataclass(frozen=True, slots=True)
class Summary:
    """What was made of how much; `tallies` are by model and dated name, in order.

    `is_final` says that no problem waits for an answer any more.
    """

    num_rows: int
    num_problems: int
    drops: Mapping[str, int]
    tallies: Sequence[tuple[str, str, Tally]]
    spent_usd: float
    prompt_hash: str
    is_final: bool

    def to_plain(self) -> dict[str, Any]:
        """As JSON has it."""
        plain = {
            name: getattr(self, name)
            for name in ("num_rows", "num_problems", "drops", "prompt_hash", "is_final")
        }
        models = [
            {"model": model, "snapshot": snapshot, **asdict(tally)}
            for model, snapshot, tally in self.tallies
        ]
        return {**plain, "spent_usd": round(self.spent_usd, 9), "models": models}


def summarize(
    standings: Sequence[Standing],
    unread: Sequence[Dropped],
    tallies: Mapping[tuple[str, str], Tally],
    spent_usd: float,
    course: Course,
) -> Summary:
    """Count what became of every row; `unread` are those that there was no problem to ask for."""
    dropped = [*unread, *(one.dropped for one in standings if one.dropped)]
    counts = Counter(str(one.reason) for one in dropped)
    return Summary(
        num_rows=len(standings) + len(unread),
        num_problems=sum(one.is_complete for one in standings),
        drops=dict(sorted(counts.items())),
        tallies=[
            (*names, tallies[names])
            for names in sorted(tallies, key=lambda one: (course.models.index(one[0]), one[1]))
        ],
        spent_usd=spent_usd,
        prompt_hash=course.wording.hash,
        is_final=not any(one.unanswered for one in standings),
    )


def yields(summary: Summary, tier: Tier) -> tuple[int, int]:
    """Tests of a tier that were sound, and that were asked for, over all models."""
    sound = sum(tally.sound.get(tier, 0) for *_, tally in summary.tallies)
    asked = sum(tally.asked.get(tier, 0) for *_, tally in summary.tallies)
    return sound, asked
