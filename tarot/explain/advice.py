"""What to change about a cause: a key of the run and a value for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tarot.explain.causes import Cause
from tarot.explain.completions import Tally
from tarot.explain.lines import Lines
from tarot.explain.settings import RunSettings
from tarot.explain.thresholds import GREEDY_TEMPERATURE, SMALL_UPDATE
from tarot.explain.updates import UPDATE, is_clipped_away
from tarot.types import Verdict

COLD_START = "{problems: 80, epochs: 1, batch_size: 8, learning_rate: 5e-5, seed: 0}"


@dataclass(frozen=True, slots=True)
class Change:
    """A key of the run's config, a value as it can be typed, and what for."""

    key: str
    value: str
    purpose: str

    @property
    def typed(self) -> str:
        """As an argument of `train.py`."""
        quote = "'" if set(self.value) & set("{[<| ") else ""
        return f"{quote}{self.key}={self.value}{quote}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the advice hangs on."""

    settings: RunSettings
    lines: Lines
    counted: Tally

    def trainer(self, name: str) -> float:
        """A number of the trainer's."""
        return float(self.settings.trainer(name))


_NO_AUTOCAST = Change("hardware.autocast", "null", "train in the numbers that generate")
Advice = tuple[Change, ...]


def changes_for(cause: Cause, settings: RunSettings, lines: Lines, counted: Tally) -> Advice:
    """What to change, the likeliest help first."""
    return _ADVICE[cause](Seen(settings, lines, counted))


def _outage(seen: Seen) -> Advice:
    share = seen.settings.config["grading"]["max_unjudged_share"]
    return (
        Change("sandbox", "local", "or mend this one: `tarot conformance` tries it"),
        Change(
            "grading.max_unjudged_share", f"{min(0.05, share):g}", "stop rather than lose so many"
        ),
    )


def _no_active_tier(seen: Seen) -> Advice:
    return (Change("curriculum", "average", "count every tier that a problem has"),)


def _exploded(seen: Seen) -> Advice:
    return (
        Change("trainer.learning_rate", f"{seen.trainer('learning_rate') / 10:g}", "smaller steps"),
        Change("trainer.max_grad_norm", "1.0", "clip what an outlier pulls"),
    )


def _entropy_collapse(seen: Seen) -> Advice:
    if seen.settings.is_greedy:
        warmer = seen.settings.sampling("temperature") <= GREEDY_TEMPERATURE
        key, value = ("temperature", "1.0") if warmer else ("top_k", "0")
        given = seen.settings.trainer("generation_kwargs")
        name = "generation_kwargs" if given and key in given else key
        value = "null" if name == "generation_kwargs" else value
        return (Change(f"trainer.{name}", value, "draw different completions of a prompt"),)
    return (
        Change("trainer.epsilon_high", "0.28", "let rare tokens grow (DAPO's clip-higher)"),
        Change("trainer.learning_rate", f"{seen.trainer('learning_rate') / 3:g}", "and go slower"),
    )


def _all_pass(seen: Seen) -> Advice:
    return (
        Change("filter", "[0.0, 0.9]", "leave out problems that the model solves already"),
        Change("curriculum", "reversed_ce", "count harder tiers first"),
        Change("dynamic_sampling", "{max_batches: 3}", "draw further prompts until groups vary"),
    )


def _wrong_eos(seen: Seen) -> Advice:
    ends = seen.counted.losses[Cause.WRONG_EOS].ends
    named = [end for end, _ in ends.most_common() if end]
    if named:
        return (Change("model.eos_token", f'"{named[0]}"', "end where completions end"),)
    return (Change("model.eos_token", "null", "the model's own, as its files declare it"),)


def _truncated(seen: Seen) -> Advice:
    limit = int(seen.trainer("max_completion_length"))
    longer = Change("trainer.max_completion_length", str(2 * limit), "room for a whole program")
    if seen.counted.num_cut == seen.counted.rows.total():
        return (longer, Change("model.eos_token", "null", "if none ends at any length"))
    return (longer,)


def _no_code(seen: Seen) -> Advice:
    return (
        Change("cold_start", COLD_START, "show the form of an answer first"),
        Change("prompt", "think_answer", "ask for a fenced program"),
    )


def _time_limit(seen: Seen) -> Advice:
    limits: Mapping[str, float] = seen.settings.config["grading"]["limits"]
    return (
        Change("grading.limits.cpu_s", f"{2 * limits['cpu_s']:g}", "if right programs need longer"),
        Change("grading.limits.wall_s", f"{2 * limits['wall_s']:g}", "on a machine that is loaded"),
    )


def _format_only(seen: Seen) -> Advice:
    others = {name: weight for name, weight in seen.settings.parts.items() if name != "code"}
    largest = max(others, key=lambda name: others[name], default="format")
    weight = others.get(largest, 1.0) / 10
    return (
        Change(f"reward.parts.{largest}", f"{weight:g}", "let tests decide the reward"),
        Change("cold_start", COLD_START, "start from a model that passes some tests"),
    )


def _all_fail(seen: Seen) -> Advice:
    verdicts = seen.counted.losses[Cause.ALL_FAIL].verdicts
    accepted = any(verdict is Verdict.ACCEPTED for _, verdict in verdicts)
    easier = "forward_ce" if not accepted else "average"
    return (
        Change("filter", "[0.05, 1.0]", "leave out problems that the model never solves"),
        Change("curriculum", easier, "count tiers of which some pass"),
        Change("cold_start", COLD_START, "start from a model that passes some tests"),
    )


def _equal_rewards(seen: Seen) -> Advice:
    doubled = 2 * int(seen.settings.config["num_generations"])
    return (
        Change("num_generations", str(doubled), "more chances to differ"),
        Change("dynamic_sampling", "{max_batches: 3}", "draw further prompts until groups vary"),
    )


def _mismatch(seen: Seen) -> Advice:
    settings = seen.settings
    if settings.sampling("temperature") != seen.trainer("temperature"):
        purpose = "sample at trainer.temperature, by which the trainer scores"
        return (Change("trainer.generation_kwargs", "null", purpose),)
    if settings.config["hardware"]["vllm"]:
        return tuple(_nearer_to_vllm(settings))
    if settings.config["hardware"]["autocast"]:
        return (_NO_AUTOCAST,)
    return (Change("trainer.disable_dropout", "true", "train the model that generates"),)


def _nearer_to_vllm(settings: RunSettings) -> Iterator[Change]:
    """A server takes float32; beside training TRL leaves vLLM none."""
    if not settings.trainer("vllm_importance_sampling_correction"):
        purpose = "weigh completions by how likely the trainer finds them"
        yield Change("trainer.vllm_importance_sampling_correction", "true", purpose)
    hardware = settings.config["hardware"]
    if hardware["vllm"]["mode"] == "colocate":
        yield Change("hardware.vllm", "null", "generate with the model that is trained")
    elif hardware["dtype"] != "float32":
        yield Change("hardware.dtype", "float32", "one number format for both")
    elif hardware["autocast"]:
        yield _NO_AUTOCAST


def _clipped(seen: Seen) -> Advice:
    iterations = int(seen.trainer("num_iterations"))
    slower = Change("trainer.learning_rate", f"{seen.trainer('learning_rate') / 3:g}", "drift less")
    if iterations > 1:
        return (Change("trainer.num_iterations", "1", "train on a batch once"), slower)
    return (slower,)


def _large_kl(seen: Seen) -> Advice:
    return (
        Change("trainer.beta", f"{seen.trainer('beta') / 100:g}", "let the reward decide"),
        Change("trainer.learning_rate", f"{seen.trainer('learning_rate') / 3:g}", "drift less"),
    )


def _small_gradient(seen: Seen) -> Advice:
    if any(is_clipped_away(line, seen.settings) for line in seen.lines.by_step.values()):
        return (Change("trainer.max_grad_norm", "1.0", "clip outliers alone"),)
    if seen.settings.trainer("scale_rewards") in ("none", False):
        return (Change("trainer.scale_rewards", "group", "advantages of unit size"),)
    return (Change("hardware.dtype", "float32", "numbers that hold small gradients"),)


def _small_update(seen: Seen) -> Advice:
    """So large that a step moves ten times what is too little, but not below TRL's default."""
    rate, moved = seen.trainer("learning_rate"), seen.lines.mean(UPDATE)
    larger = 10 * SMALL_UPDATE / moved * rate if moved and rate else 0.0
    value = min(1e-4, max(1e-6, larger))
    changes = (Change("trainer.learning_rate", f"{value:.1g}", "move the weights"),)
    if seen.settings.config["hardware"]["dtype"] == "float32":
        return changes
    return (*changes, Change("hardware.dtype", "float32", "round no update away"))


def _unsynced(seen: Seen) -> Advice:
    vllm = seen.settings.config["hardware"]["vllm"]
    if vllm and vllm["mode"] == "server":
        purpose = "generate without a server, or see that it takes weights"
        return (Change("hardware", "gpu8_80gb_colocate", purpose),)
    return (Change("hardware.vllm", "null", "generate with the weights that are trained"),)


_ADVICE: Mapping[Cause, Callable[[Seen], Advice]] = {
    Cause.OUTAGE: _outage,
    Cause.NO_ACTIVE_TIER: _no_active_tier,
    Cause.EXPLODED: _exploded,
    Cause.ENTROPY_COLLAPSE: _entropy_collapse,
    Cause.ALL_PASS: _all_pass,
    Cause.WRONG_EOS: _wrong_eos,
    Cause.TRUNCATED: _truncated,
    Cause.NO_CODE: _no_code,
    Cause.TIME_LIMIT: _time_limit,
    Cause.FORMAT_ONLY: _format_only,
    Cause.ALL_FAIL: _all_fail,
    Cause.EQUAL_REWARDS: _equal_rewards,
    Cause.MISMATCH: _mismatch,
    Cause.CLIPPED: _clipped,
    Cause.LARGE_KL: _large_kl,
    Cause.SMALL_GRADIENT: _small_gradient,
    Cause.SMALL_UPDATE: _small_update,
    Cause.UNSYNCED: _unsynced,
}
