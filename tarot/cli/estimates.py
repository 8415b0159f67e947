"""What a plan says of a run's length, effort, memory, time and cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tarot.config.batches import has_fixed_length, num_steps
from tarot.config.schedule import Timeline, timeline_of
from tarot.config.schema import RunConfig
from tarot.config.targets import build
from tarot.data import DataSource, Split
from tarot.plan.arithmetic import describe_length
from tarot.plan.effort import (
    Duration,
    Step,
    cost_usd,
    count_step,
    generated_tokens_per_s,
    generating_gpus,
    time_step,
)
from tarot.plan.evaluations import MAX_TIME_SHARE, REMEDY, plan_evaluations
from tarot.plan.hosting import is_hosted, reckon_hosting
from tarot.sandbox.cloud.shares import sandboxes_each
from tarot.types import Problem, UserError

Row = tuple[str, str]

_HOUR_S = 3600
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Length:
    """How long a run is, in words; its steps and the mean tests of a problem, None if unknown.

    `timeline` is None where curriculum and learning rate run over the steps, or these are unknown.
    """

    words: str
    steps: int | None
    tests_per_problem: float | None
    timeline: Timeline | None = None


def read_length(config: Mapping[str, Any], settings: RunConfig) -> Length:
    """The steps of a run and what its problems test; the data are read if they are here."""
    is_fixed = has_fixed_length(settings)
    try:
        problems = _training_problems(config["data"])
    except UserError as error:
        if is_fixed:
            steps, timeline = num_steps(settings, 0), timeline_of(settings, 0)
            return Length(describe_length(settings, 0), steps, None, timeline)
        return Length(f"not known without the data: {error}", None, None)
    words, tests = describe_length(settings, len(problems)), _mean_tests(problems)
    if settings.filter is not None and not is_fixed:
        return Length(f"{words}, less what the filter leaves out", None, tests)
    number = len(problems)
    return Length(words, num_steps(settings, number), tests, timeline_of(settings, number))


def effort_rows(settings: RunConfig, length: Length) -> Iterator[Row]:
    """Completions, programs and tokens, of a step and of all."""
    step = count_step(settings)
    completions = _of_all(step.generated, length.steps) + _trained(step, settings)
    yield "completions", f"{completions}; {_evaluated(settings):,} more to evaluate"
    yield "programs", _programs(step, length)
    generated = _of_all(step.generated_tokens, length.steps)
    trained = _of_all(step.trained_tokens, length.steps)
    yield "tokens", f"generated {generated}; trained on {trained}{_bounds(settings)}"


def sandbox_rows(settings: RunConfig, length: Length) -> Iterator[Row]:
    """What a run asks of an account whose limits its sandbox knows; nothing of other sandboxes."""
    node = settings.sandbox
    if not node.keys() >= {"max_sandboxes", "contexts", "creations_per_s", "max_age_s"}:
        return
    processes, rate, age_s = settings.hardware.processes, node["creations_per_s"], node["max_age_s"]
    number = processes * sandboxes_each(node["max_sandboxes"], processes)
    yield (
        "sandboxes",
        f"up to {number} at once for {number * node['contexts']} programs, created in "
        f"{_duration(number / rate)} at {rate:g} a second; replaced every {_duration(age_s)}, "
        f"{number / age_s:.2g} a second{_rest(node.get('idle_s'))}",
    )
    if is_hosted(node) and length.tests_per_problem is not None:
        yield from _load_rows(settings, length, length.tests_per_problem)


def time_rows(settings: RunConfig, length: Length) -> Iterator[Row]:
    """Time and cost at the rates, and what these rest on."""
    if settings.hardware.device == "cpu":
        yield "time", "not estimated for a CPU"
        return
    step = time_step(settings, length.tests_per_problem)
    steps = 1 if length.steps is None else length.steps
    total = step.total * steps
    of_what = "a step" if length.steps is None else f"in all, {_duration(step.total)} a step"
    yield "time", f"about {_duration(total)} {of_what} = {_stretches(step, steps)}"
    gpus = settings.hardware.gpus * settings.hardware.nodes
    usd = settings.rates.usd_per_gpu_hour
    yield (
        "cost",
        f"about {cost_usd(settings, total):,.2f} USD{' a step' if length.steps is None else ''} = "
        f"{gpus} GPUs x {usd:g} USD an hour",
    )
    yield "assumed", _assumptions(settings)


def eval_rows(settings: RunConfig, length: Length) -> Iterator[Row]:
    """What the evaluations while training take, and a warning where that is much."""
    planned = plan_evaluations(settings, length.steps, length.tests_per_problem)
    if planned is None or settings.eval is None:
        return
    every = settings.eval.every
    if planned.number == 0:
        yield "eval", f"none while training: {length.steps} steps are fewer than eval.every={every}"
        return
    times = "" if planned.number is None else f", {planned.number:,} in all"
    on_cpu = planned.seconds is None
    each = "" if planned.seconds is None else f"{_duration(planned.seconds)} each, "
    yield (
        "eval",
        f"{planned.completions:,} completions after every {every} steps{times}: "
        f"{'at most' if on_cpu else 'about'} {each}{planned.time_share:.1%} of the time"
        f"{', by what is drawn' if on_cpu else ''}",
    )
    if planned.time_share > MAX_TIME_SHARE:
        yield "warning", f"eval may take more than {MAX_TIME_SHARE:.0%} of the time; {REMEDY}"


def _rest(idle_s: float | None) -> str:
    return "" if idle_s is None else f"; ended when idle {_duration(idle_s)}"


def _load_rows(settings: RunConfig, length: Length, tests: float) -> Iterator[Row]:
    """What the steps take of the account, and what that costs where a price is given."""
    if settings.hardware.device == "cpu":
        yield "sandbox load", "not estimated for a CPU, whose time is not"
        return
    steps = 1 if length.steps is None else length.steps
    step = time_step(settings, tests)
    load = reckon_hosting(
        settings.sandbox,
        settings.hardware.processes,
        count_step(settings).generated * tests,
        steps,
        step_s=step.total,
        busy_s=step.programs or 0.0,
    )
    in_words = "in all" if length.steps is not None else "in a step"
    yield (
        "sandbox load",
        f"about {load.hours:,.1f} sandbox hours {in_words}, {load.creations:,} creations for "
        f"{load.sandboxes} at once, {load.requests:,} requests, {load.program_requests:,} of them "
        "with programs; assumed: no program twice, no failure",
    )
    if load.usd is not None:
        yield (
            "sandbox cost",
            f"about {load.usd:,.2f} USD{'' if length.steps is not None else ' a step'} = "
            f"{load.hours:,.1f} hours x {load.usd_per_hour:g} USD",
        )


def _training_problems(node: Mapping[str, Any]) -> Sequence[Problem]:
    source: DataSource = build("data", node)
    source.check()
    return source.load(Split.TRAIN)


def _mean_tests(problems: Sequence[Problem]) -> float | None:
    if not problems:
        return None
    return sum(len(problem.tests) for problem in problems) / len(problems)


def _trained(step: Step, settings: RunConfig) -> str:
    if step.generated == step.completions:
        return ""
    return f"{' at most' if settings.dynamic_sampling else ''}; {step.completions:,} a step train"


def _evaluated(settings: RunConfig) -> int:
    """Completions of both evaluations, where the data has as many problems as they ask for."""
    evaluation = settings.evaluation
    return 2 * evaluation.samples * (evaluation.problems + evaluation.unseen_problems)


def _programs(step: Step, length: Length) -> str:
    if length.tests_per_problem is None:
        return "completions x tests of their problems, not known without the data"
    runs = round(step.generated * length.tests_per_problem)
    return f"{_of_all(runs, length.steps)}, at {length.tests_per_problem:.3g} tests a problem"


def _of_all(number: float, steps: int | None) -> str:
    a_step = f"{count(number)} a step"
    return a_step if steps is None else f"{count(number * steps)} in all, {a_step}"


def count(number: float) -> str:
    """A large number in words."""
    for unit, name in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if number >= unit:
            return f"{number / unit:.3g}{name}"
    return f"{number:,.0f}"


def _bounds(settings: RunConfig) -> str:
    rates = settings.rates
    if rates.prompt_tokens and rates.completion_tokens:
        return ""
    return "; longest prompts and completions, unless rates says their means"


def _stretches(step: Duration, steps: int) -> str:
    programs = "unknown" if step.programs is None else _duration(step.programs * steps)
    return (
        f"generation {_duration(step.generation * steps)}, programs {programs}, "
        f"training {_duration(step.training * steps)}"
    )


def _duration(seconds: float) -> str:
    if seconds >= _HOUR_S:
        return f"{seconds / _HOUR_S:.1f} h"
    return f"{seconds / _MINUTE_S:.1f} min" if seconds >= _MINUTE_S else f"{seconds:.1f} s"


def _assumptions(settings: RunConfig) -> str:
    rates = settings.rates
    return (
        f"{generating_gpus(settings)} x {generated_tokens_per_s(settings):,.0f} tokens generated "
        f"a second, {settings.hardware.processes} x {rates.peak_tflops:g} TFLOP/s at "
        f"{rates.training_utilization:.0%}, {rates.programs_per_s:g} programs a second (rates); "
        "GRPO's steps alone, one stretch after the other"
    )
