"""The figures that speak for a cause, a sentence each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from statistics import median

from tarot.explain.agreement import DIFFERENCE, GAP, RATIO, Agreement
from tarot.explain.causes import Cause
from tarot.explain.completions import UNTIERED, Losses, Tally
from tarot.explain.lines import Lines
from tarot.explain.settings import RunSettings
from tarot.explain.updates import CLIP, GRADIENT, KL, UPDATE, broken_steps
from tarot.types import Tier, Verdict

NUM_PROBLEMS = 3
NUM_STEPS = 5
_OF_GENERATOR = (GAP, DIFFERENCE, RATIO)
# The metrics and the trainer's fields that speak for a cause.
_METRICS: Mapping[Cause, tuple[str, ...]] = {
    Cause.EXPLODED: (GRADIENT, UPDATE, "loss"),
    Cause.ENTROPY_COLLAPSE: ("entropy", "completion/length"),
    Cause.ALL_PASS: ("entropy",),
    Cause.ALL_FAIL: ("entropy",),
    Cause.EQUAL_REWARDS: ("entropy",),
    Cause.MISMATCH: _OF_GENERATOR,
    Cause.CLIPPED: (CLIP,),
    Cause.LARGE_KL: (KL,),
    Cause.SMALL_GRADIENT: (GRADIENT,),
    Cause.SMALL_UPDATE: (UPDATE, "update/changed", "learning_rate", KL),
    Cause.UNSYNCED: _OF_GENERATOR,
}
_FIELDS: Mapping[Cause, tuple[str, ...]] = {
    Cause.EXPLODED: ("learning_rate", "max_grad_norm"),
    Cause.ENTROPY_COLLAPSE: ("temperature", "top_k", "generation_kwargs"),
    Cause.WRONG_EOS: ("max_completion_length",),
    Cause.TRUNCATED: ("max_completion_length",),
    Cause.MISMATCH: ("temperature", "generation_kwargs"),
    Cause.CLIPPED: ("num_iterations", "epsilon"),
    Cause.LARGE_KL: ("beta",),
    Cause.SMALL_GRADIENT: ("max_grad_norm", "scale_rewards"),
}


def evidence_for(
    cause: Cause, settings: RunSettings, lines: Lines, counted: Tally, agreed: Agreement | None
) -> tuple[str, ...]:
    """What the log and the completions say of a cause that takes something."""
    losses = counted.losses.get(cause)
    found = list(_of_completions(cause, settings, lines, counted, losses)) if losses else []
    if cause is Cause.EXPLODED:
        steps = ", ".join(str(step) for step in broken_steps(lines, settings)[:NUM_STEPS])
        found.append(f"first in steps {steps}")
    if cause in (Cause.MISMATCH, Cause.UNSYNCED) and agreed:
        found.append(f"from {agreed.early:.3g} to {agreed.late:.3g} nats a token by {agreed.key}")
    found += [_ends(lines, key) for key in _METRICS.get(cause, ()) if lines.has(key)]
    found += [f"trainer.{name}={settings.trainer(name)}" for name in _FIELDS.get(cause, ())]
    return tuple(found)


def _of_completions(
    cause: Cause, settings: RunSettings, lines: Lines, counted: Tally, losses: Losses
) -> Iterator[str]:
    match cause:
        case Cause.TRUNCATED:
            yield f"{_cut_share(counted)} of all completions were cut off"
        case Cause.WRONG_EOS:
            ends = [f"{end} in {n}" for end, n in losses.ends.most_common() if end]
            yield f"they go on after {', '.join(ends) or 'the whole form'}"
            yield f"{_cut_share(counted)} of all completions were cut off"
        case Cause.FORMAT_ONLY:
            keys = (f"reward/{part}" for part in sorted(settings.parts))
            yield from (_ends(lines, key) for key in keys if lines.has(key))
    yield from _by_tier(losses)
    common = ", ".join(f"{name} ({n})" for name, n in losses.problems.most_common(NUM_PROBLEMS))
    yield f"of {len(losses.problems)} problems, most often {common}"


def _by_tier(losses: Losses) -> Iterator[str]:
    """For each tier the share of its tests that pass, and how most of the others end."""
    for tier in (*Tier, UNTIERED):
        counts = Counter({v: n for (name, v), n in losses.verdicts.items() if name == tier})
        if not counts:
            continue
        total, passed = counts.total(), counts.pop(Verdict.ACCEPTED, 0)
        rest = f", else mostly {counts.most_common(1)[0][0]}" if counts else ""
        yield f"{tier}: {passed / total:.0%} of their {total:,} tests pass{rest}"


def _cut_share(counted: Tally) -> str:
    return f"{counted.num_cut / counted.rows.total():.0%}"


def _ends(lines: Lines, key: str) -> str:
    """A metric that has numbers: in the first step and in the last, with its median."""
    values = list(lines.series(key).values())
    figures = f"{values[0]:.3g} at first, {values[-1]:.3g} in the end, median {median(values):.3g}"
    return f"{key} {figures}"
