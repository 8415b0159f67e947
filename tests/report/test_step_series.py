"""A log as series, phases and charts, by hand."""

from math import isnan
from typing import Any

import numpy as np
import pytest

from tarot.report.catalogue import charts_of_a_run
from tarot.report.charts import select
from tarot.report.series import read_series, thinned
from tarot.report.stretches import Stretch, stretches_of
from tarot.runs.settings import setting_rows
from tarot.types import Tier


def test_throughput_is_what_was_read_since_the_line_before() -> None:
    """200 tokens in two steps of 4 s; after a new start of the count nothing is known."""
    lines = [
        {"step": 2, "num_tokens": 100.0, "step_time": 9.0},
        {"step": 4, "num_tokens": 300.0, "step_time": 4.0},
        {"step": 6, "num_tokens": 50.0, "step_time": 4.0},
    ]
    rates = read_series(lines).values["throughput/tokens"].tolist()
    assert rates[1] == 25.0
    assert isnan(rates[0])
    assert isnan(rates[2])


def test_many_steps_are_thinned_to_means() -> None:
    """Five steps to two points at most: three and two of them, of which one has no figure."""
    lines = [{"step": step, "loss": None if step == 2 else float(step)} for step in range(1, 6)]
    thin = thinned(read_series(lines), max_points=2)
    assert (thin.steps.tolist(), thin.width) == ([3, 5], 3)
    assert thin.values["loss"].tolist() == [2.0, 4.5]


def test_a_resumed_step_counts_once() -> None:
    series = read_series([{"step": 1, "loss": 1.0}, {"step": 1, "loss": 3.0}])
    assert series.values["loss"].tolist() == [3.0]


def test_phases_are_steps_with_the_same_weights() -> None:
    """As the trainer logs weights, through single precision; a line without any is passed over."""
    early: dict[str, Any] = {"policy/weight/basic": 0.15000000596046448, "policy/weight/edge": 0.0}
    lines: list[dict[str, Any]] = [
        {"step": 1, **early},
        {"step": 2},
        {"step": 3, **early, "policy/weight/basic": 0.15},
        {"step": 4, **early, "policy/weight/edge": 0.35},
    ]
    assert stretches_of(lines) == (
        Stretch(1, 3, {Tier.BASIC: 0.15}),
        Stretch(4, 4, {Tier.BASIC: 0.15, Tier.EDGE: 0.35}),
    )


def test_charts_without_figures_are_named_and_other_figures_are_kept() -> None:
    series = read_series([{"step": 1, "entropy": 1.0, "kl": None, "epoch": 0.5}])
    charts = select(charts_of_a_run(series), series)
    assert [one.name for one in charts.shown] == ["entropy"]
    assert "kl" in [one.name for one in charts.missing]
    assert charts.others == ("epoch",)


@pytest.mark.parametrize("lines", [[], [{"step": 1}]])
def test_a_log_without_figures_has_no_chart(lines: list[dict[str, int]]) -> None:
    series = read_series(lines)
    assert select(charts_of_a_run(series), series).shown == ()
    assert thinned(series).steps.dtype == np.int64


def test_settings_are_laid_side_by_side() -> None:
    """A node on one side and a value on another is one row, and a key may hold a point."""
    configs = [
        {"a": 1, "b": {"c": [1], "d.e": 2}, "f": {"g": 1}},
        {"a": 1.0, "b": {"c": [2], "d.e": 3}, "f": None},
        {"b": {"c": [1], "d.e": 2}, "f": {"g": 1}},
    ]
    assert list(setting_rows(configs)) == [
        ("a", "1", "1.0", "-"),
        ("b.c", "[1]", "[2]", "[1]"),
        ("b.d.e", "2", "3", "2"),
        ("f", '{"g": 1}', "null", '{"g": 1}'),
    ]
