"""The family of comparisons that was fixed before the runs, and what the runs say of it.

Each is tested per model on one aggregate of all benchmarks, over paired seeds, with Holm's
adjustment over the whole family. A test that cannot be made yet counts in it with p = 1, so that a
partial grid makes no difference look surer than the whole grid would.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Annotated

from pydantic import Field

from experiments.paper import HERE
from experiments.stated import read_stated
from tarot.config.strict import Strict
from tarot.metrics.multiplicity import holm
from tarot.metrics.seeds import BySeed, Paired, paired

FILE = HERE / "family.yaml"

# Of one model, by policy and benchmark the score of each seed.
ModelScores = Mapping[str, Mapping[str, BySeed]]


class Aggregate(Strict):
    """The unweighted mean over benchmarks, under a name that tables show."""

    name: str
    benchmarks: Annotated[list[str], Field(min_length=1)]


class Comparison(Strict):
    """The difference of two curricula: what `policy` scores less what `against` does."""

    policy: str
    against: str


class Family(Strict):
    """Which comparisons are made, of which models, on what, and from how many seeds on."""

    aggregate: Aggregate
    models: Annotated[list[str], Field(min_length=1)]
    comparisons: Annotated[list[Comparison], Field(min_length=1)]
    min_seeds: Annotated[int, Field(ge=2)]
    alpha: Annotated[float, Field(gt=0, lt=1)]


@dataclass(frozen=True, slots=True)
class Tested:
    """One comparison of the family for one model.

    `result` is None where it could not be tested, and `missing` then says why, else empty. Its
    p-value is adjusted over the family; `differs` is whether a difference is shown, of either sign.
    """

    model: str
    comparison: Comparison
    result: Paired | None
    missing: str
    differs: bool = False


def read_family(path: Path = FILE) -> Family:
    """The family that a file states; UserError that names the key which is wrong."""
    return read_stated(Family, path)


def apply_family(family: Family, scores: Mapping[str, ModelScores]) -> tuple[Tested, ...]:
    """All comparisons of the family in its order, tested where `scores` (by model) allow it."""
    found = list(_tests(family, scores))
    adjusted = holm([1.0 if test.result is None else test.result.p for test in found])
    return tuple(_adjusted(test, p, family) for test, p in zip(found, adjusted, strict=True))


def aggregated(family: Family, benchmarks: Mapping[str, BySeed]) -> dict[int, float]:
    """By seed the mean over the aggregate's benchmarks; seeds that lack one of them are absent."""
    columns = [benchmarks.get(name, {}) for name in family.aggregate.benchmarks]
    seeds = set.intersection(*(set(column) for column in columns))
    return {seed: fmean(column[seed] for column in columns) for seed in sorted(seeds)}


def _tests(family: Family, scores: Mapping[str, ModelScores]) -> Iterator[Tested]:
    for model in family.models:
        for comparison in family.comparisons:
            yield _test(family, model, comparison, scores.get(model, {}))


def _test(family: Family, model: str, comparison: Comparison, scores: ModelScores) -> Tested:
    late = aggregated(family, scores.get(comparison.policy, {}))
    early = aggregated(family, scores.get(comparison.against, {}))
    seeds = sorted(late.keys() & early.keys())
    if len(seeds) < family.min_seeds:
        missing = (
            f"{len(seeds)} of {family.min_seeds} seeds have all benchmarks under "
            f"{comparison.policy} and {comparison.against}"
        )
        return Tested(model, comparison, None, missing)
    result = paired({seed: late[seed] for seed in seeds}, {seed: early[seed] for seed in seeds})
    return Tested(model, comparison, result, "")


def _adjusted(test: Tested, p: float, family: Family) -> Tested:
    if test.result is None:
        return test
    return replace(test, result=replace(test.result, adjusted=p), differs=p <= family.alpha)
