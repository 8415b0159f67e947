"""The figures that speak for a cause, a sentence each."""

from collections import Counter
from collections.abc import Iterator
from statistics import median

from tarot.explain.agreement import RATIO, Agreement
from tarot.explain.causes import Cause
from tarot.explain.completions import UNTIERED, Losses, Tally
from tarot.explain.lines import Lines
from tarot.explain.settings import RunSettings
from tarot.explain.updates import CLIP, GRADIENT, KL, UPDATE, broken_steps
from tarot.types import Tier, Verdict

NUM_PROBLEMS = 3
NUM_STEPS = 5
CHANGED, RATE = "update/changed", "learning_rate"
_OF_STEPS = frozenset(
    {
        *(Cause.CLIPPED, Cause.LARGE_KL, Cause.SMALL_GRADIENT, Cause.SMALL_UPDATE),
        *(Cause.MISMATCH, Cause.UNSYNCED, Cause.EXPLODED),
    }
)


def evidence_for(
    cause: Cause, settings: RunSettings, lines: Lines, counted: Tally, agreed: Agreement | None
) -> tuple[str, ...]:
    """What the log and the completions say of a cause that takes something."""
    losses = counted.losses.get(cause)
    found = list(_of_completions(cause, settings, lines, counted, losses)) if losses else []
    if cause in _OF_STEPS:
        found += _of_steps(cause, settings, lines, agreed)
    return tuple(found)


def _of_completions(
    cause: Cause, settings: RunSettings, lines: Lines, counted: Tally, losses: Losses
) -> Iterator[str]:
    match cause:
        case Cause.TRUNCATED:
            limit = settings.trainer("max_completion_length")
            yield f"trainer.max_completion_length={limit}; {_share(counted)} were cut off"
        case Cause.WRONG_EOS:
            ends = [f"{end} in {n}" for end, n in losses.ends.most_common() if end]
            yield f"they go on after {', '.join(ends) or 'the whole form'}; {_share(counted)} run "
            "to the limit"
        case Cause.ENTROPY_COLLAPSE:
            temperature = settings.sampling("temperature")
            yield f"sampled at temperature {temperature:g}; {_ends(lines, 'entropy')} nats a token"
        case Cause.FORMAT_ONLY:
            parts = {key for line in lines.by_step.values() for key in line}
            named = sorted(key for key in parts if key.removeprefix("reward/") in settings.parts)
            yield "mean of the parts: " + "; ".join(_ends(lines, key) for key in named)
    yield from _by_tier(losses)
    common = ", ".join(f"{name} ({n})" for name, n in losses.problems.most_common(NUM_PROBLEMS))
    yield f"of {len(losses.problems)} problems, most often {common}"


def _of_steps(
    cause: Cause, settings: RunSettings, lines: Lines, agreed: Agreement | None
) -> Iterator[str]:
    match cause:
        case Cause.CLIPPED:
            yield f"{_ends(lines, CLIP)}, with {settings.trainer('num_iterations')} iterations"
        case Cause.LARGE_KL:
            yield f"{_ends(lines, KL)} nats a token, times trainer.beta={settings.trainer('beta')}"
        case Cause.SMALL_GRADIENT:
            limit = settings.trainer("max_grad_norm")
            yield f"{_ends(lines, GRADIENT)}, clipped at trainer.max_grad_norm={limit}"
        case Cause.SMALL_UPDATE:
            yield f"{_ends(lines, UPDATE)} of the weights' norm a step, {_ends(lines, RATE)}"
            yield f"{_ends(lines, CHANGED)} of weights with a gradient"
            if lines.has(KL):
                yield f"{_ends(lines, KL)} nats a token"
        case Cause.MISMATCH | Cause.UNSYNCED if agreed:
            yield f"{agreed.key} from {agreed.early:.3g} to {agreed.late:.3g} nats a token"
            if lines.has(RATIO):
                yield _ends(lines, RATIO)
        case Cause.EXPLODED:
            steps = ", ".join(str(step) for step in broken_steps(lines)[:NUM_STEPS])
            yield f"first in steps {steps}; {_ends(lines, GRADIENT)}; {_ends(lines, UPDATE)}"


def _by_tier(losses: Losses) -> Iterator[str]:
    """For each tier the share of its tests that pass, and how most of the others end."""
    for tier in (*Tier, UNTIERED):
        counts = Counter({v: n for (name, v), n in losses.verdicts.items() if name == tier})
        if not counts:
            continue
        total, passed = counts.total(), counts.pop(Verdict.ACCEPTED, 0)
        rest = f", else mostly {counts.most_common(1)[0][0]}" if counts else ""
        yield f"{tier}: {passed / total:.0%} of their {total:,} tests pass{rest}"


def _share(counted: Tally) -> str:
    return f"{counted.num_cut / counted.rows.total():.0%} of all completions"


def _ends(lines: Lines, key: str) -> str:
    """A metric in the first step and in the last, with its median."""
    values = list(lines.series(key).values())
    if not values:
        return f"{key} has no number"
    return (
        f"{key} {values[0]:.3g} at first, {values[-1]:.3g} in the end, median {median(values):.3g}"
    )
