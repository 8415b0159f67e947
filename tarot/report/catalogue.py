"""The charts of a run: what `tarot.metrics.steps` measures and what TRL logs beside it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from tarot.report.charts import Chart, chart, occurring
from tarot.report.series import Series, read_series
from tarot.runs.best import METRIC
from tarot.types import Tier, Verdict

_PASS_AT_K = re.compile(r"eval/pass_at_(\d+)")
_NOT_A_PART = "reward/without_active_tier"
# Those that are seldom seen last: there are fewer colours than verdicts.
_VERDICTS = (
    *(Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.RUNTIME_ERROR, Verdict.TIME_LIMIT),
    *(Verdict.NO_CODE, Verdict.SECURITY, Verdict.INFRASTRUCTURE),
    *(Verdict.MEMORY_LIMIT, Verdict.OUTPUT_LIMIT),
)

PASSES = chart(
    "passes",
    "Pass rate by tier",
    "share of a tier's tests that judged completions pass",
    *((tier.value, f"tier/{tier}/pass_rate") for tier in Tier),
    is_share=True,
)
WEIGHTS = chart(
    "weights",
    "Weights of the curriculum",
    "allocation times weight of each tier in the reward, 0 where it doesn't count",
    *((tier.value, f"policy/weight/{tier}") for tier in Tier),
)
REWARD = chart(
    "reward",
    "Reward",
    "mean over rewarded completions, and their deviation in the batch",
    ("mean", "reward"),
    ("deviation", "reward_std"),
)
VARIANCE = chart(
    "variance",
    "Groups without variance",
    "share of groups whose rewards are all equal, which teach nothing; format only: of those that "
    "vary though the code earns the same throughout",
    ("all equal", "group/zero_variance"),
    ("format only", "group/format_only"),
    ("as TRL counts", "frac_reward_zero_std"),
    is_share=True,
)
ENTROPY = chart("entropy", "Entropy", "of the next token, mean in nats", ("entropy", "entropy"))
LENGTH = chart(
    "length",
    "Completion length",
    "in tokens",
    ("mean", "completion/length"),
    ("shortest", "completions/min_length"),
    ("longest", "completions/max_length"),
    ("mean of those that ended", "completions/mean_terminated_length"),
)
GRADIENT = chart("gradient", "Gradient norm", "before clipping", ("norm", "grad_norm"))
TIME = chart("time", "Time of a step", "in seconds", ("seconds", "step_time"))
_TRAINING = (
    VARIANCE,
    ENTROPY,
    chart("kl", "KL divergence", "logged where trainer.beta is above 0", ("KL", "kl")),
    chart(
        "clip",
        "Clip fraction",
        "share of tokens whose probability ratio is clipped",
        ("either", "clip_ratio/region_mean"),
        ("low", "clip_ratio/low_mean"),
        ("high", "clip_ratio/high_mean"),
        is_share=True,
    ),
    GRADIENT,
    chart(
        "importance",
        "Importance ratio",
        "of trainer over sampler, logged where vLLM generates",
        ("mean", "sampling/importance_sampling_ratio/mean"),
        ("least", "sampling/importance_sampling_ratio/min"),
        ("largest", "sampling/importance_sampling_ratio/max"),
    ),
    chart("loss", "Loss", "as the trainer logs it", ("loss", "loss")),
    chart("rate", "Learning rate", "by its schedule", ("learning rate", "learning_rate")),
    LENGTH,
    chart(
        "unusable",
        "Completions that …",
        "shares of all completions",
        ("were cut off", "completion/truncated"),
        ("hold no code", "completion/no_code"),
        ("could not be judged", "sandbox/infrastructure"),
        ("have no tier that counts", _NOT_A_PART),
        is_share=True,
    ),
    chart(
        "latency",
        "Sandbox latency",
        "wall seconds of one execution, and mean seconds until it had a slot",
        ("median", "sandbox/latency_p50"),
        ("99th percentile", "sandbox/latency_p99"),
        ("in the queue", "sandbox/queue"),
    ),
    chart("retries", "Executions tried again", "number a step", ("retries", "sandbox/retries")),
    TIME,
    chart(
        "throughput",
        "Throughput",
        "tokens a second, of prompts and completions",
        ("tokens/s", "throughput/tokens"),
    ),
)


def charts_of_a_run(series: Series) -> Iterator[Chart]:
    """All that a run's log may have figures for, in the order of the page."""
    parts = sorted(key for key in series.values if key.startswith("reward/"))
    yield from (PASSES, WEIGHTS, REWARD)
    yield chart(
        "parts",
        "Parts of the reward",
        "each without its weight, mean over rewarded completions",
        *((key.removeprefix("reward/"), key) for key in parts if key != _NOT_A_PART),
    )
    for tier in Tier:
        verdicts = chart(
            f"verdicts-{tier}",
            f"Verdicts, {tier}",
            "share of the tier's tests in judged completions",
            *((verdict.value, f"tier/{tier}/{verdict}") for verdict in _VERDICTS),
            is_share=True,
        )
        yield occurring(verdicts, series)
    yield from _TRAINING


def charts_of_evaluations(series: Series) -> Iterator[Chart]:
    """What the log has of evaluations while training, on problems that are not trained on."""
    yield chart(
        "eval",
        "Evaluation: pass@1",
        "share of samples that pass the whole suite, with its 95% interval over problems",
        ("pass@1", METRIC),
        ("low", "eval/pass_at_1_low"),
        ("high", "eval/pass_at_1_high"),
        is_share=True,
    )
    yield chart(
        "eval-tiers",
        "Evaluation: pass@1 by tier",
        "share of samples that pass all tests of a tier",
        *((tier.value, f"eval/{tier}/pass_at_1") for tier in Tier),
        is_share=True,
    )
    ks = sorted(int(found[1]) for found in map(_PASS_AT_K.fullmatch, series.values) if found)
    yield chart(
        "eval-k",
        "Evaluation: pass@k",
        "share of problems whose whole suite one of k samples passes",
        *((f"pass@{k}", f"eval/pass_at_{k}") for k in ks),
        is_share=True,
    )
    yield chart("eval-length", "Evaluation: length", "mean, in tokens", ("mean", "eval/length"))
    yield chart(
        "eval-unusable",
        "Evaluation: completions that …",
        "shares of all completions",
        ("were cut off", "eval/truncated"),
        ("hold no code", "eval/no_code"),
        ("could not be judged", "eval/unjudged"),
        is_share=True,
    )
    yield chart(
        "eval-time",
        "Evaluation: time",
        "share of the time since the training was started",
        ("evaluation", "eval/time_share"),
        is_share=True,
    )


def charts_of_a_sweep() -> Iterator[Chart]:
    """What the runs of a sweep are laid side by side by: charts of one line a run each."""
    yield replace(_of_one_line(REWARD, 0, "Reward"), about="mean over rewarded completions")
    for place, tier in enumerate(Tier):
        yield _of_one_line(PASSES, place, f"Pass rate, {tier}")
    about = "share of groups whose rewards are all equal, which teach nothing"
    yield replace(_of_one_line(VARIANCE, 0, VARIANCE.title), about=about)
    for one in (ENTROPY, LENGTH, GRADIENT, TIME):
        yield _of_one_line(one, 0, one.title)


def evaluations_of_a_sweep() -> Chart:
    """The chart by which the evaluations of runs are laid side by side."""
    first = next(charts_of_evaluations(read_series(())))
    return replace(_of_one_line(first, 0, first.title), about="share that pass the whole suite")


def _of_one_line(several: Chart, place: int, title: str) -> Chart:
    return replace(
        several, name=f"{several.name}-{place}", title=title, lines=(several.lines[place],)
    )
