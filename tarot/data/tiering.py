"""Tiers for suites that have none: a single one, or four by how often each test is passed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tarot.data.pass_rates import PassRates, files_of
from tarot.types import Problem, TestCase, Tier, UserError


class Tiering(StrEnum):
    """How the tests of a problem without any tier get theirs."""

    SINGLE = "single"
    BY_PASS_RATE = "by_pass_rate"


@dataclass(frozen=True, slots=True)
class TierRule:
    """A source's settings `tiering` and `pass_rates`; without them tests stay as they are."""

    tiering: Tiering | None
    pass_rates: str | None

    def check(self) -> None:
        """Raise UserError for one setting without the other, and for missing files."""
        if (self.tiering == Tiering.BY_PASS_RATE) != (self.pass_rates is not None):
            raise UserError(
                f"data.pass_rates: {self.pass_rates}; it is a run directory or a .jsonl file with "
                f"data.tiering={Tiering.BY_PASS_RATE}, and nothing otherwise"
            )
        if self.pass_rates is not None:
            files_of(self.pass_rates)

    def apply(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """The problems, all with tiers where there is a rule; raises UserError for lack of rates.

        A problem of which any test has a tier is left as it is.
        """
        self.check()
        rates = None if self.pass_rates is None else PassRates.read(self.pass_rates)
        if self.tiering is None:
            return tuple(problems)
        return tuple(
            problem if any(test.tier for test in problem.tests) else _tiered(problem, rates)
            for problem in problems
        )

    def fingerprint(self) -> dict[str, object]:
        """A hash of the pass rates, where there are any."""
        self.check()
        if self.pass_rates is None:
            return {}
        digest = hashlib.sha256()
        for file in files_of(self.pass_rates):
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return {"pass_rates": digest.hexdigest()}


def _tiered(problem: Problem, rates: PassRates | None) -> Problem:
    if rates is None:
        tests = [replace(test, tier=Tier.BASIC) for test in problem.tests]
    else:
        tests = by_pass_rate(problem.tests, rates.of(problem.id, len(problem.tests)))
    return replace(problem, tests=tuple(tests))


def by_pass_rate(tests: Sequence[TestCase], rates: Sequence[float]) -> list[TestCase]:
    """The tests in suite order, those passed most often basic and those passed least edge.

    Ranked by rate, and by place where rates are equal, they are cut into four parts as equal as
    can be; fewer than four tests take the first tiers, one each.
    """
    ranked = sorted(range(len(tests)), key=lambda place: -rates[place])
    num_tiers = min(len(Tier), len(tests))
    tiers = {place: list(Tier)[rank * num_tiers // len(tests)] for rank, place in enumerate(ranked)}
    return [replace(test, tier=tiers[place]) for place, test in enumerate(tests)]
