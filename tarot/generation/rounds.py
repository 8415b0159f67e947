"""Round after round: ask, check, ask again for what is missing, and go up to the next model.

Every step follows from the answers alone, so that after a crash the same rounds are gone through
again with the answers of the ledger and the outcomes of checks that are on disk.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tarot.generation.bases import Base
from tarot.generation.checking import Checker, Submission
from tarot.generation.exchange import Answer, BudgetExceeded, End, Exchange, Request
from tarot.generation.outcomes import Outcomes
from tarot.generation.own_tests import OwnTests, try_own_tests
from tarot.generation.questions import Need, Wording, request_for
from tarot.generation.standing import Standing, Tally
from tarot.generation.suites import read_drafts

_NUM_AT_ONCE = 64
_NUM_TESTS_AT_ONCE = 256

Watch = Callable[[int, int, int], object]
"""Told of the number of the attempt, of problems asked about and of those answered so far."""


@dataclass(frozen=True, slots=True)
class Course:
    """How far to go: each of `models` is asked `1 + repairs` times before the next one is.

    `original_tests` of each problem's own stay in its suite.
    """

    models: tuple[str, ...]
    repairs: int
    original_tests: int
    wording: Wording

    def attempts(self) -> list[tuple[int, str]]:
        """Number and model of every attempt, in order."""
        times = 1 + self.repairs
        return list(enumerate(model for model in self.models for _ in range(times)))

    def standing(self, base: Base) -> Standing:
        """A problem at the beginning."""
        own = base.problem.tests[: self.original_tests]
        return Standing(base, own, self.wording.tests_per_tier)

    def request(self, standing: Standing, need: Need, attempt: tuple[int, str]) -> Request:
        """What to ask in an attempt."""
        return request_for(standing.base, need, self.wording, attempt, standing.originals)


@dataclass(slots=True)
class Rounds:
    """A generation under way; `tallies` are by model and dated name, each in its order."""

    course: Course
    exchange: Exchange
    checker: Checker
    outcomes: Outcomes
    watch: Watch
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    over_budget: BudgetExceeded | None = None

    def run(self, bases: Sequence[Base]) -> list[Standing]:
        """Every problem with its suite, or dropped, or unanswered; in order.

        Raises SandboxOutage, and UserError of the exchange; nothing that was paid for or checked is
        lost by it. A budget that is used up leaves problems unanswered.
        """
        standings = self._tried(bases)
        for attempt in self.course.attempts():
            self._attempt(attempt, [one for one in standings if one.is_open])
        for standing in standings:
            if standing.is_open:
                standing.give_up(len(self.course.attempts()))
        return standings

    def _tried(self, bases: Sequence[Base]) -> list[Standing]:
        """The problems, dropped where their solutions don't pass their own tests."""
        standings: list[Standing] = []
        for start in range(0, len(bases), _NUM_AT_ONCE):
            batch = bases[start : start + _NUM_AT_ONCE]
            for base, found in zip(batch, self._own_tests(batch), strict=True):
                references = tuple(base.references[place] for place in found.accepted)
                standing = self.course.standing(replace(base, references=references))
                if found.reason is not None:
                    standing.drop(found.reason, found.detail)
                standings.append(standing)
        return standings

    def _own_tests(self, bases: Sequence[Base]) -> list[OwnTests]:
        keys = [f"own:{_digest(repr((base.problem, base.references)))}" for base in bases]
        known = {key: self.outcomes.own_tests(key) for key in keys}
        missing = {key: base for key, base in zip(keys, bases, strict=True) if not known[key]}
        found = try_own_tests(self.checker, list(missing.values()))
        new = dict(zip(missing, found, strict=True))
        self.outcomes.keep(new)
        return [known[key] or new[key] for key in keys]

    def _attempt(self, attempt: tuple[int, str], standings: Sequence[Standing]) -> None:
        """Ask once about each problem; the answers may come in any order."""
        if not standings:
            return
        asked: dict[str, tuple[Standing, Need]] = {}
        requests: list[Request] = []
        for standing in standings:
            need = standing.need()
            requests.append(self.course.request(standing, need, attempt))
            asked[requests[-1].custom_id] = (standing, need)
            standing.custom_id = standing.custom_id or requests[-1].custom_id
        total = len(asked)
        try:
            self.watch(attempt[0], total, 0)
            for answers in _batches(self.exchange.ask(requests), self._batch_size()):
                self._take([(answer, *asked.pop(answer.request.custom_id)) for answer in answers])
                self.watch(attempt[0], total, total - len(asked))
        except BudgetExceeded as error:
            self.over_budget = error
            for standing, _ in asked.values():
                standing.unanswered = str(error)

    def _batch_size(self) -> int:
        return max(1, _NUM_TESTS_AT_ONCE // (4 * self.course.wording.tests_per_tier))

    def _take(self, answers: Sequence[tuple[Answer, Standing, Need]]) -> None:
        """Check some answers, and let each problem have what is sound of its own."""
        given = [one for one in answers if one[0].end is not End.FAILED]
        for answer, standing, _ in answers:
            if answer.end is End.FAILED:
                standing.unanswered = answer.cause or "the service gave no answer"
        keys = [f"{answer.request.custom_id}:{_digest(answer.text)}" for answer, _, _ in given]
        known = {key: self.outcomes.checked(key) for key in keys}
        missing = [number for number, key in enumerate(keys) if known[key] is None]
        found = self.checker.check([self._submission(*given[number]) for number in missing])
        new = {keys[number]: checked for number, checked in zip(missing, found, strict=True)}
        self.outcomes.keep(new)
        for key, (answer, standing, need) in zip(keys, given, strict=True):
            checked = known[key] or new[key]
            standing.take(key, checked)
            self._tally(answer).add(answer, need.tests, checked)

    def _submission(self, answer: Answer, standing: Standing, need: Need) -> Submission:
        style, base = self.course.wording.style, standing.base
        drafts = read_drafts(answer, need.tests, style, base.kind)
        return Submission(base, drafts, standing.taken())

    def _tally(self, answer: Answer) -> Tally:
        return self.tallies.setdefault((answer.request.model, answer.model_snapshot), Tally())


def _batches(answers: Iterator[Answer], size: int) -> Iterator[list[Answer]]:
    """Some answers at a time; what came before a used up budget comes before its error."""
    batch: list[Answer] = []
    try:
        for answer in answers:
            batch.append(answer)
            if len(batch) == size:
                yield batch
                batch = []
    except BudgetExceeded:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
