"""Two sides of runs, figure by figure: their difference, and what the numbers allow to be said.

Runs are paired by seed, and a single run of each side with the other problem by problem. Where the
two drew other problems from one source, or have no seed in common, the difference is formed from
both sides' intervals. Figures that were measured otherwise are not compared: no interval makes up
for that.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tarot.evaluation.claims import (
    Claim,
    claim,
    claim_difference,
    difference_of_methods,
    unpaired_difference,
)
from tarot.evaluation.last_scores import step_of
from tarot.evaluation.run_figures import restricted
from tarot.evaluation.scores import Score, unlike_scores
from tarot.evaluation.sides import DATA, ComparedRun, Side
from tarot.metrics import Estimate
from tarot.metrics.multiplicity import holm
from tarot.runs import differing_keys
from tarot.types import UserError

ScoreOf = Callable[[ComparedRun], Score | None]
AreSame = Callable[[ComparedRun, ComparedRun], bool]

_ALIKE = (
    "measure both alike with `python evaluate.py checkpoint=DIR benchmark=tiers data=…`, and "
    "compare with benchmark=tiers"
)
# Which problems there are is looked at by itself, and how many of them both have.
_OF_PROBLEMS = ("settings.data", "num_problems")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of both sides, as shares, and the difference `b - a`.

    `measured` is the split or the benchmark, `name` the tier, `suite`, or the benchmark's metric.
    `adjusted` is Holm's p-value over all figures of the comparison, None without p-values.
    """

    measured: str
    name: str
    a: Estimate
    b: Estimate
    difference: Claim
    adjusted: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The sides with the runs that count, their figures, and what a reader has to know of them."""

    a: Side
    b: Side
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """The runs that count; of paired sides the runs at one place are a pair."""

    a: Side
    b: Side
    is_paired: bool

    @property
    def runs(self) -> list[ComparedRun]:
        """Those of both sides."""
        return [*self.a.runs.values(), *self.b.runs.values()]

    @property
    def pairs(self) -> list[tuple[ComparedRun, ComparedRun]]:
        """The runs that have to be alike: pairs, else each with the first of a."""
        if self.is_paired:
            return list(zip(self.a.runs.values(), self.b.runs.values(), strict=True))
        first, *others = self.runs
        return [(first, other) for other in others]


@dataclass(frozen=True, slots=True)
class _Pair:
    """The scores of two runs; `is_same` says whether they are of the same problems."""

    a: Score
    b: Score
    is_same: bool


def compare(a: Side, b: Side, benchmarks: Sequence[str]) -> Comparison:
    """What can be said of `b - a`, of the runs' own figures and of benchmarks.

    UserError where what is asked for does not compare; of the runs' own figures this is a note
    where benchmarks are asked for.
    """
    match = _match(a, b)
    notes = [*_left_out(a, match.a), *_left_out(b, match.b)]
    figures: list[Figure] = []
    fault = _fault_of_figures(match)
    if fault and not benchmarks:
        raise UserError(f"{fault}; {_ALIKE}")
    if fault:
        notes.append(f"The runs' own figures are left out: {fault}.")
    else:
        figures += _own_figures(match)
        notes += _notes_on_figures(match)
    figures += [_of_benchmark(match, name) for name in benchmarks]
    notes += _notes_on_scores(match, benchmarks)
    if not figures:
        raise UserError("a, b: no figure that both sides have")
    return Comparison(match.a, match.b, tuple(_adjusted(figures)), tuple(notes))


def _match(a: Side, b: Side) -> _Match:
    """By the seeds in common, else run with run, else not at all.

    UserError where one run stands against several, none of them of its seed.
    """
    seeds = sorted(a.runs.keys() & b.runs.keys())
    if seeds:
        return _Match(a.of(seeds), b.of(seeds), is_paired=True)
    short, long = sorted((a, b), key=lambda side: len(side.runs))
    if len(short.runs) == 1 < len(long.runs):
        raise UserError(
            f"{short.name}: one run, of seed {_listed(short)}, against {long.name}'s of seeds "
            f"{_listed(long)}; give {long.name} one of that seed, or {short.name} more runs"
        )
    return _Match(a, b, is_paired=len(long.runs) == 1)


def _left_out(given: Side, kept: Side) -> Iterator[str]:
    left = [str(seed) for seed in given.runs if seed not in kept.runs]
    if left:
        yield f"Left out of {given.name}, without a partner: seed {', '.join(left)}."


def _listed(side: Side) -> str:
    return ", ".join(map(str, side.runs))


def _fault_of_figures(match: _Match) -> str:
    """Why the runs' own figures don't compare, empty where they do."""
    for one, other in match.pairs:
        both = f"{one.path} and {other.path}"
        if not one.draws_alike(other):
            keys = differing_keys(one.settings[DATA], other.settings[DATA])
            by = ", ".join(f"{DATA}.{key}" for key in keys) or "the content of their data"
            return f"{both} were measured on other problems, by {by}"
        keys = [key for key in _unlike_figures(one, other) if key not in _OF_PROBLEMS]
        if keys:
            return f"{both} were measured otherwise, in {', '.join(keys)}"
    return ""


def _unlike_figures(one: ComparedRun, other: ComparedRun) -> list[str]:
    """The keys in which two runs' own figures were measured otherwise."""
    shared = [
        (figure, other.figures[split][name])
        for split, figures in one.figures.items()
        for name, figure in figures.items()
        if name in other.figures.get(split, {})
    ]
    return sorted({key for figure, others in shared for key in unlike_scores(figure, others)})


def _notes_on_figures(match: _Match) -> Iterator[str]:
    pairs = match.pairs
    if any(differing_keys(a.settings["prompt"], b.settings["prompt"]) for a, b in pairs):
        yield "Each run's own figures were measured under its own prompt."
    if any(one.data_hash != other.data_hash for one, other in pairs):
        yield (
            "The two sides drew other problems from one source, so these are not paired."
            if len(pairs) == 1
            else "Runs drew other problems from one source, by which their figures differ too."
        )


def _notes_on_scores(match: _Match, benchmarks: Sequence[str]) -> Iterator[str]:
    """Which scores don't count, and where those that do are not all of one step."""
    yield from dict.fromkeys(note for run in match.runs for note in run.notes)
    for name in benchmarks:
        steps = {run.path: step_of(run.scores[name]) for run in match.runs}
        if len(set(steps.values())) > 1:
            listed = ", ".join(f"{run} after step {step}" for run, step in steps.items())
            yield f"{name} was measured after different steps: {listed}."


def _own_figures(match: _Match) -> Iterator[Figure]:
    for split, names in match.a.first.figures.items():
        for name in names:
            figure = _figure(split, name, match, partial(_own_score, split, name), _have_same_data)
            if figure is not None:
                yield figure


def _own_score(split: str, name: str, run: ComparedRun) -> Score | None:
    return run.figures.get(split, {}).get(name)


def _have_same_data(one: ComparedRun, other: ComparedRun) -> bool:
    return one.data_hash == other.data_hash


def _of_benchmark(match: _Match, name: str) -> Figure:
    """UserError where the scores of two runs were not measured alike, seeds apart."""
    for one, other in match.pairs:
        keys = unlike_scores(one.scores[name], other.scores[name])
        keys = tuple(key for key in keys if key.rpartition(".")[2] != "seed")
        if keys:
            raise UserError(
                f"benchmark={name}: {one.path} and {other.path} were measured otherwise, in "
                f"{', '.join(keys)}; evaluate both alike"
            )
    metric = match.a.first.scores[name].metric
    figure = _figure(name, metric, match, lambda run: run.scores[name], lambda *_: True)
    if figure is None:
        raise UserError(f"benchmark={name}: no problem that both sides were judged on")
    return figure


def _figure(
    measured: str, name: str, match: _Match, score_of: ScoreOf, are_same: AreSame
) -> Figure | None:
    """One figure of the runs that have it, None where they are too few to compare.

    `are_same` says whether the problems of two runs are the same, as far as both measured them.
    """
    if match.is_paired:
        found = [_pair(score_of(a), score_of(b), are_same(a, b)) for a, b in match.pairs]
        pairs = [pair for pair in found if pair is not None]
        early, late = [pair.a for pair in pairs], [pair.b for pair in pairs]
        difference = _difference(pairs) if pairs else None
    else:
        early, late = (
            [score for run in side.runs.values() if (score := score_of(run)) is not None]
            for side in (match.a, match.b)
        )
        is_enough = min(len(early), len(late)) > 1
        difference = difference_of_methods(_numbered(early), _numbered(late)) if is_enough else None
    if difference is None:
        return None
    before, after = (claim(_numbered(scores)).estimate for scores in (early, late))
    return Figure(measured, name, before, after, difference)


def _pair(a: Score | None, b: Score | None, is_same: bool) -> _Pair | None:
    """The scores of two runs, on the problems that both have where these are the same."""
    if a is None or b is None:
        return None
    if not (is_same and a.solved and b.solved):
        return _Pair(a, b, is_same)
    common = [problem for problem in a.solved if problem in b.solved]
    return _Pair(restricted(a, common), restricted(b, common), is_same) if common else None


def _difference(pairs: Sequence[_Pair]) -> Claim | None:
    if len(pairs) == 1 and not pairs[0].is_same:
        return unpaired_difference(pairs[0].a, pairs[0].b)
    return claim_difference(
        _numbered([pair.a for pair in pairs]), _numbered([pair.b for pair in pairs])
    )


def _numbered(scores: Sequence[Score]) -> dict[int, Score]:
    return dict(enumerate(scores))


def _adjusted(figures: Sequence[Figure]) -> list[Figure]:
    """Holm's p-values over all figures, where any has one; one without counts with p = 1."""
    p_values = [figure.difference.p for figure in figures]
    if all(p is None for p in p_values):
        return list(figures)
    adjusted = holm([1.0 if p is None else p for p in p_values])
    return [replace(figure, adjusted=p) for figure, p in zip(figures, adjusted, strict=True)]
