"""How a problem stands: what its suite has, what it lacks, and what was wrong last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tarot.generation.bases import Base, Drop, Dropped
from tarot.generation.checking import Checked, input_digest
from tarot.generation.exchange import Answer
from tarot.generation.questions import Need, shortened
from tarot.generation.suites import Fallen, Fault
from tarot.types import TestCase, Tier

K = TypeVar("K")
_MAX_TOLD = 12


@dataclass(frozen=True, slots=True)
class KeptTest:
    """An accepted test, by the key of the outcome that holds it and its place there."""

    tier: Tier
    key: str
    place: int
    digest: str
    shown: str


@dataclass(slots=True)
class Standing:
    """One problem under way; `originals` are the tests of its own that the suite keeps.

    `unanswered` says why there was no answer to the last question, and is empty for one.
    """

    base: Base
    originals: tuple[TestCase, ...]
    tests_per_tier: int
    custom_id: str = ""
    kept: list[KeptTest] = field(default_factory=list)
    fallen: tuple[Fallen, ...] = ()
    dropped: Dropped | None = None
    unanswered: str = ""

    def need(self) -> Need:
        """What to ask for next; without tests where nothing is missing."""
        have = [one.tier for one in self.kept]
        lacking = {tier: self.tests_per_tier - have.count(tier) for tier in Tier}
        wanted = {tier: number for tier, number in lacking.items() if number}
        shown = tuple(one.shown for one in self.kept)
        return Need(wanted, shown, tuple(one.line for one in self.fallen[:_MAX_TOLD]))

    @property
    def is_open(self) -> bool:
        """Whether there is anything to ask."""
        return not self.dropped and not self.unanswered and bool(self.need().tests)

    @property
    def is_complete(self) -> bool:
        """Whether every tier has its tests."""
        return not self.dropped and not self.need().tests

    def taken(self) -> frozenset[str]:
        """The inputs that the suite has."""
        own = {input_digest(test.stdin) for test in self.originals}
        return frozenset(own | {one.digest for one in self.kept})

    def take(self, key: str, checked: Checked) -> None:
        """Add what is sound of an answer, and note what is not."""
        for place, test in enumerate(checked.tests):
            digest, shown = input_digest(test.stdin), shortened(test.stdin)
            self.kept.append(KeptTest(test.tier, key, place, digest, shown))
        self.fallen = checked.fallen
        flaky = next((one for one in checked.fallen if one.fault is Fault.FLAKY), None)
        if flaky is not None:
            self.drop(Drop.FLAKY_REFERENCE, flaky.line)

    def drop(self, reason: Drop, detail: str) -> None:
        """Give the problem up."""
        self.dropped = Dropped(self.base.place, self.base.problem.id, reason, detail)

    def drop_unanswered(self) -> None:
        """Go without the problem, and do not wait for its answer."""
        self.drop(Drop.UNANSWERED, self.unanswered)

    def give_up(self, num_attempts: int) -> None:
        """Drop the problem after its last attempt, for what was wrong in that."""
        lacking = ", ".join(self.need().tests)
        last = "; ".join(one.line for one in self.fallen[:2])
        detail = f"no {lacking} test after {num_attempts} attempts; the last: {last}"
        self.drop(Drop.NO_SUITE, detail)


@dataclass(slots=True)
class Tally:
    """What one model gave under one dated name."""

    answers: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    asked: dict[Tier, int] = field(default_factory=dict)
    sound: dict[Tier, int] = field(default_factory=dict)
    disagreements: dict[Tier, int] = field(default_factory=dict)
    faults: dict[Fault, int] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float = 0.0

    def add(self, answer: Answer, wanted: Mapping[Tier, int], checked: Checked) -> None:
        """Count an answer and what its tests came to."""
        self.answers += 1
        _count(self.ends, str(answer.end))
        for tier, number in wanted.items():
            _count(self.asked, tier, number)
        for test in checked.tests:
            _count(self.sound, test.tier)
            if test.said is not None:
                _count(self.disagreements, test.tier)
        for one in checked.fallen:
            _count(self.faults, one.fault)
        self.input_tokens += answer.usage.input_tokens
        self.output_tokens += answer.usage.output_tokens
        self.reasoning_tokens += answer.usage.reasoning_tokens
        self.cost_usd += answer.cost_usd


def _count(counts: dict[K, int], key: K, number: int = 1) -> None:
    counts[key] = counts.get(key, 0) + number
