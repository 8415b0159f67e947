"""What an audit can find, and what each finding means for a run."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tarot.audit.ambiguity import needs_checker
from tarot.types import Problem


class Consequence(StrEnum):
    """What a finding does to a run."""

    STOPS = "a run refuses the data"
    DROPS = "left out of training"
    LOOK = "trains, but look at it"


class FindingKind(StrEnum):
    """The kinds of findings, gravest first."""

    FAULT = "broken row"
    REPEATED_ID = "repeated id"
    UNUSABLE = "no test can be judged"
    TOO_LONG = "prompt too long"
    UNTIERED = "no test with a tier"
    LOST_TEST = "test left out"
    FAILING_REFERENCE = "reference fails"
    CONTRADICTION = "tests contradict"
    REPEATED_STATEMENT = "repeated statement"
    OVERLAP = "overlaps a benchmark"
    NEEDS_CHECKER = "may need a checker"
    UNJUDGED = "could not be judged"
    NO_REFERENCE = "no reference"
    UNSTEADY = "reference not deterministic"
    UNSOLVED = "passed without solving it"
    WEAK = "no mutant killed"
    REPEATED_TEST = "repeated test"
    SHOWN_TEST = "test in the statement"
    EMPTY_OUTPUT = "empty output expected"
    TRIVIAL_TEST = "test passed without solving"
    NEAR_LIMIT = "near the time limit"

    @property
    def key(self) -> str:
        """How settings name it."""
        return self.name.lower()

    @property
    def consequence(self) -> Consequence:
        """What it does to a run."""
        if self in (FindingKind.FAULT, FindingKind.REPEATED_ID):
            return Consequence.STOPS
        dropping = (FindingKind.UNUSABLE, FindingKind.TOO_LONG, FindingKind.UNTIERED)
        if self in (*dropping, FindingKind.LOST_TEST):
            return Consequence.DROPS
        return Consequence.LOOK


AUDITED = frozenset(
    {
        FindingKind.UNJUDGED,
        FindingKind.NO_REFERENCE,
        FindingKind.UNSTEADY,
        FindingKind.UNSOLVED,
        FindingKind.WEAK,
        FindingKind.REPEATED_TEST,
        FindingKind.SHOWN_TEST,
        FindingKind.EMPTY_OUTPUT,
        FindingKind.TRIVIAL_TEST,
        FindingKind.NEAR_LIMIT,
    }
)
"""What only `tarot audit` looks for; the rest is found by `tarot data check` too."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to see to: where, in which problem if that could be read, and what."""

    kind: FindingKind
    place: str
    problem: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A problem and where it was read."""

    place: str
    problem: Problem

    def finding(self, kind: FindingKind, detail: str) -> Finding:
        """A finding in this problem."""
        return Finding(kind, self.place, self.problem.id, detail)


def look_at(placed: Placed) -> Iterator[Finding]:
    """What a problem shows by itself, without running or comparing anything."""
    problem = placed.problem
    if all(test.tier is None for test in problem.tests):
        detail = "no curriculum counts a test of it; data.tiering=single makes them basic ones"
        yield placed.finding(FindingKind.UNTIERED, detail)
    for detail in _contradictions(problem):
        yield placed.finding(FindingKind.CONTRADICTION, detail)
    if reason := needs_checker(problem):
        yield placed.finding(FindingKind.NEEDS_CHECKER, reason)


def too_long(problems: Sequence[Placed], lengths: Iterable[int], limit: int) -> Iterator[Finding]:
    """The problems whose prompts, of `lengths` tokens, are over a limit."""
    for placed, length in zip(problems, lengths, strict=True):
        if length > limit:
            detail = f"{length} tokens, over max_prompt_tokens={limit}"
            yield placed.finding(FindingKind.TOO_LONG, detail)


def counts_of(findings: Iterable[Finding]) -> dict[FindingKind, int]:
    """How many findings there are of each kind, gravest first."""
    counts = Counter(finding.kind for finding in findings)
    return {kind: counts[kind] for kind in FindingKind if counts[kind]}


def _contradictions(problem: Problem) -> Iterator[str]:
    """Tests with the same input that expect different outputs without a checker to tell."""
    expected: dict[tuple[str, str], tuple[int, list[str]]] = {}
    for number, test in enumerate(problem.tests):
        words = test.expected.split()
        first, wanted = expected.setdefault((test.kind, test.stdin), (number, words))
        if wanted != words and test.checker is None:
            yield f"tests {first} and {number} have one input and expect different outputs"
