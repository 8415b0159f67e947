"""The page of a run."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tarot.pages import render
from tarot.report.adaptive import read_choice
from tarot.report.benchmarks import BenchmarkScore, score_rows
from tarot.report.catalogue import charts_of_a_run, charts_of_evaluations
from tarot.report.charts import Charts, select
from tarot.report.completions import Again, Browser, browser_of, read_sample
from tarot.report.drawing import MAX_SHADED, Picture, curves_of, picture_of
from tarot.report.held_out import HEAD, held_out_tables, read_changes
from tarot.report.sample import Sample, draw_sample
from tarot.report.series import Series, read_series, thinned
from tarot.report.stretches import Stretch, stretches_of
from tarot.report.tally import TIERS, Rollouts, facts_of, read_rollout_columns, verdict_table
from tarot.runs import DirectoryState, RunDirectory, read_json
from tarot.runs.best import read_best
from tarot.runs.changes import Change
from tarot.runs.log import DECISION
from tarot.runs.rollouts import Rollout
from tarot.runs.settings import setting_rows
from tarot.runs.standing import steps_of
from tarot.types import Problem

_ABSENT = "Outputs are not kept in a run; execute=true runs the shown programs again."


@dataclass(frozen=True, slots=True)
class Gathered:
    """A run's rollouts in columns, and the sample of them that can be read."""

    rollouts: Rollouts
    sample: Sample
    shown: tuple[Rollout, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page shows that is not in the run's directory.

    `default` is the config of the command without arguments, `problems` are those at hand, `again`
    is what came of running shown programs again, and `notes` say what could not be had.
    """

    default: Mapping[str, Any]
    scores: Sequence[BenchmarkScore] = ()
    problems: Mapping[str, Problem] = field(default_factory=dict)
    again: Again = field(default_factory=dict)
    notes: Sequence[str] = ()


def gather(run: RunDirectory, num_completions: int) -> Gathered:
    """The rollouts of a run, of which so many at most can be read in the page."""
    rollouts = read_rollout_columns(run)
    sample = draw_sample(rollouts, num_completions)
    return Gathered(rollouts, sample, tuple(read_sample(run, rollouts, sample)))


def run_page(run: RunDirectory, gathered: Gathered, beside: Beside) -> str:
    """The whole page; UserError for a file of the run that can't be read."""
    lines = list(run.log.steps())
    whole = read_series(lines)
    charts = select(charts_of_a_run(whole), whole)
    phases = stretches_of(lines)
    series = thinned(whole)
    pictures = [picture_of(one, curves_of(one, series), phases) for one in charts.shown]
    pictures += _evaluation_pictures(run, phases)
    browser = browser_of(gathered.shown, beside.problems, beside.again)
    config = run.config()
    return render(
        "tarot.report",
        "run.html",
        title=f"Run {run.path.resolve().name}",
        facts=list(_facts(run, config)),
        held_out=list(held_out_tables(read_changes(run))),
        held_out_head=HEAD,
        scores=score_rows(beside.scores),
        choice=read_choice(run),
        decisions=list(_decisions(run)),
        pictures=list(enumerate(pictures)),
        chart_data=chart_data(pictures),
        **_about_charts(charts, whole, series, phases),
        tiers=[tier or "no tier" for tier in TIERS],
        counts=list(verdict_table(gathered.rollouts)) if len(gathered.rollouts) else [],
        counted=list(facts_of(gathered.rollouts)),
        sampled=_sampled(gathered.sample),
        browser=browser.data,
        browser_notes=[*beside.notes, *_unknown(browser)],
        absent=_ABSENT,
        differences=list(setting_rows([beside.default, config])),
        config=json.dumps(config, indent=2, sort_keys=True, ensure_ascii=False),
    )


def _evaluation_pictures(run: RunDirectory, phases: Sequence[Stretch]) -> list[Picture]:
    series = thinned(read_series(run.log.evaluations()))
    charts = select(charts_of_evaluations(series), series)
    begun = [one for one in phases if one.first <= max(series.steps, default=0)]
    return [picture_of(one, curves_of(one, series), begun) for one in charts.shown]


def chart_data(pictures: Sequence[Picture]) -> list[dict[str, Any]]:
    """What the charts of a page can be asked, in their order."""
    return [{**one.data, "isShare": one.chart.is_share} for one in pictures]


def _about_charts(
    charts: Charts, whole: Series, series: Series, phases: Sequence[Stretch]
) -> dict[str, Any]:
    is_shaded = len(phases) <= MAX_SHADED
    return {
        "missing": [f"{one.title} ({one.about})" for one in charts.missing],
        "others": [
            (key, f"{whole.first(key):.4g}", f"{whole.last(key):.4g}") for key in charts.others
        ],
        "width": series.width,
        "many_phases": 0 if is_shaded else len(phases) - 1,
        "phases": [
            (str(number), f"{one.first} to {one.last}", one.label)
            for number, one in enumerate(phases if is_shaded else (), start=1)
        ],
    }


def _facts(run: RunDirectory, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    is_finished = run.state is DirectoryState.FINISHED
    yield "state", f"{'finished' if is_finished else 'not finished'}, {steps_of(run).in_words}"
    yield "config", read_json(run.identity_path)["sha"]
    yield "model", config["model"]["id"]
    for key in ("curriculum", "reward", "data"):
        yield key, str(config[key].get("_target_", ""))
    num_problems, size = config["problems_per_step"], config["num_generations"]
    yield "batch", f"{num_problems} problems a step with {size} completions each"
    yield "seed", str(config["seed"])
    for line in run.changes.lines():
        yield f"from step {line['step'] + 1} on", Change.from_json(line).listed
    best = read_best(run.path)
    if best is not None:
        yield (
            "best checkpoint",
            f"step {best.step}, {best.metric} {best.value:.1%}: the most of several evaluations, "
            "which looks better than it is",
        )


def _decisions(run: RunDirectory) -> Iterator[tuple[str, ...]]:
    for line in reversed(list(run.log.decisions())):
        decision = dict(line[DECISION])
        action, weights = decision.pop("action", ""), decision.pop("weights", {})
        yield str(line["step"]), str(action), _listed(weights), _listed(decision)


def _listed(figures: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in figures.items()
    )


def _sampled(sample: Sample) -> str:
    if sample.is_whole:
        return f"All {sample.num_rollouts:,} completions of the run can be read here."
    return (
        f"{len(sample.rows):,} of {sample.num_rollouts:,} completions can be read here: equally "
        f"many from each of {sample.num_strata:,} strata, as far as they have them. A stratum is a "
        "tenth of the steps and the rarest pair of tier and verdict among a completion's tests. "
        "What is rare is thus shown more often than it occurs; the shares above are over all."
    )


def _unknown(browser: Browser) -> Iterator[str]:
    num_shown, num_unknown = browser.num_problems, browser.num_problems - browser.num_known
    if num_unknown:
        yield f"Of {num_shown:,} problems shown, the tests of {num_unknown:,} are not at hand."
