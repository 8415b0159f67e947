"""The figures of an audit, tier by tier; docs/audit.md says what each means."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles

from tarot.audit.ambiguity import needs_checker
from tarot.audit.judged import margin_of
from tarot.audit.measured import Measured, MeasuredTest
from tarot.audit.suites import TestFacts
from tarot.audit.trivial import Trivial
from tarot.types import Limits, Problem, TestCase, Tier

# Times below this differ by noise alone.
_NOISE_S = 0.01


@dataclass(frozen=True, slots=True)
class Audited:
    """A problem, what its tests show by themselves, and what running them has shown if it could."""

    problem: Problem
    facts: tuple[TestFacts, ...]
    measured: Measured | None


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle, the 99th percentile and the largest of some values."""

    median: float
    p99: float
    largest: float


@dataclass(frozen=True, slots=True)
class Kills:
    """Of `num_mutants`, how many a tier's tests kill, and how many no lower, and no other, does."""

    num_mutants: int
    num_killed: int
    num_marginal: int
    num_alone: int


@dataclass(frozen=True, slots=True)
class TierFigures:
    """One tier, or the tests without one; counts are of tests but for `num_problems`.

    `num_run` of the tests have a reference that could be judged; times are in seconds and
    None where nothing was run, `least_margin` the limit over the time of the slowest.
    """

    tier: Tier | None
    num_problems: int
    num_tests: int
    num_run: int
    num_passed: int
    num_unsteady: int
    num_repeated: int
    num_original: int
    num_shown: int
    num_constant: int
    num_empty: int
    num_ambiguous: int
    num_trivial: Mapping[Trivial, int]
    input_bytes: Spread
    cpu_s: Spread | None
    least_margin: float | None
    kills: Kills


@dataclass(frozen=True, slots=True)
class Step:
    """From a tier to the next, in how many problems with both a measure does not fall."""

    measure: str
    lower: Tier
    higher: Tier
    num_problems: int
    num_not_falling: int


@dataclass(frozen=True, slots=True)
class _Test:
    """All that is known of one test."""

    case: TestCase
    facts: TestFacts
    measured: MeasuredTest | None
    is_ambiguous: bool


def figures_of(audited: Sequence[Audited], limits: Limits) -> list[TierFigures]:
    """The figures of each tier that there is, those without one last."""
    tests = [test for one in audited for test in _tests(one)]
    tiers = [tier for tier in (*Tier, None) if any(test.case.tier is tier for test in tests)]
    return [_figures(tier, audited, tests, limits) for tier in tiers]


def kills_of_suites(audited: Iterable[Audited]) -> Kills:
    """Of all mutants, how many some test kills."""
    mutants = [mutant for one in audited if one.measured for mutant in one.measured.mutants]
    num_killed = sum(any(mutant.is_killed) for mutant in mutants)
    return Kills(len(mutants), num_killed, num_killed, num_killed)


def steps_of(audited: Sequence[Audited]) -> list[Step]:
    """How each measure of difficulty goes from each tier to the next."""
    tiers = list(Tier)
    steps = []
    for name, (measure, noise) in _MEASURES.items():
        for lower, higher in pairwise(tiers):
            pairs = [(measure(one, lower), measure(one, higher)) for one in audited]
            known = [(a, b) for a, b in pairs if a is not None and b is not None]
            num_rising = sum(b >= a - noise for a, b in known)
            steps.append(Step(name, lower, higher, len(known), num_rising))
    return steps


def spread_of(values: Sequence[float]) -> Spread | None:
    """The spread of some values; None of none."""
    if not values:
        return None
    cuts = quantiles(values, n=100, method="inclusive") if len(values) > 1 else list(values) * 99
    return Spread(median(values), cuts[98], max(values))


def _tests(one: Audited) -> list[_Test]:
    is_ambiguous = needs_checker(one.problem) is not None
    runs: Sequence[MeasuredTest | None] = [None] * len(one.problem.tests)
    if one.measured is not None and one.problem.reference is not None:
        runs = one.measured.tests
    triples = zip(one.problem.tests, one.facts, runs, strict=True)
    return [_Test(case, facts, measured, is_ambiguous) for case, facts, measured in triples]


def _figures(
    tier: Tier | None, audited: Sequence[Audited], tests: Sequence[_Test], limits: Limits
) -> TierFigures:
    own = [test for test in tests if test.case.tier is tier]
    run = [test.measured for test in own if test.measured is not None]
    sizes = spread_of([len(test.case.stdin.encode(errors="replace")) for test in own])
    problems = [one for one in audited if any(test.tier is tier for test in one.problem.tests)]
    return TierFigures(
        tier=tier,
        num_problems=len(problems),
        num_tests=len(own),
        num_run=len(run),
        num_passed=sum(one.is_passed for one in run),
        num_unsteady=sum(not one.is_steady for one in run),
        num_repeated=sum(test.facts.repeats is not None for test in own),
        num_original=sum(test.facts.is_original for test in own),
        num_shown=sum(test.facts.is_shown for test in own),
        num_constant=sum(test.facts.is_constant for test in own),
        num_empty=sum(test.facts.is_empty for test in own),
        num_ambiguous=sum(test.is_ambiguous for test in own),
        num_trivial={kind: sum(kind in one.passed_by for one in run) for kind in Trivial},
        input_bytes=sizes or Spread(0, 0, 0),
        cpu_s=spread_of([one.cpu_s for one in run if one.is_passed]),
        least_margin=min((margin_of(one, limits) for one in run if one.is_passed), default=None),
        kills=_kills(tier, problems),
    )


def _kills(tier: Tier | None, problems: Iterable[Audited]) -> Kills:
    rows = [
        (_killers(one.problem.tests, mutant.is_killed), one)
        for one in problems
        if one.measured
        for mutant in one.measured.mutants
    ]
    killed = [killers for killers, _ in rows if tier in killers]
    order = [*Tier, None]
    return Kills(
        num_mutants=len(rows),
        num_killed=len(killed),
        num_marginal=sum(min(killers, key=order.index) is tier for killers in killed),
        num_alone=sum(len(killers) == 1 for killers in killed),
    )


def _killers(tests: Sequence[TestCase], is_killed: Sequence[bool]) -> set[Tier | None]:
    return {test.tier for test, is_dead in zip(tests, is_killed, strict=True) if is_dead}


def _largest_input(one: Audited, tier: Tier) -> float | None:
    sizes = [len(test.stdin) for test in one.problem.tests if test.tier is tier]
    return max(sizes, default=None)


def _longest_time(one: Audited, tier: Tier) -> float | None:
    if one.measured is None or one.problem.reference is None:
        return None
    pairs = zip(one.problem.tests, one.measured.tests, strict=True)
    return max((run.cpu_s for test, run in pairs if test.tier is tier), default=None)


def _kill_share(one: Audited, tier: Tier) -> float | None:
    has_tier = any(test.tier is tier for test in one.problem.tests)
    if one.measured is None or not one.measured.mutants or not has_tier:
        return None
    mutants = one.measured.mutants
    killers = [_killers(one.problem.tests, mutant.is_killed) for mutant in mutants]
    return sum(tier in each for each in killers) / len(mutants)


_MEASURES: Mapping[str, tuple[Callable[[Audited, Tier], float | None], float]] = {
    "input size": (_largest_input, 0.0),
    "CPU time": (_longest_time, _NOISE_S),
    "kill rate": (_kill_share, 0.0),
}
