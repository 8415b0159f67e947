"""A probe's outcomes as a table to be read at a glance."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from tarot.capability import ProblemOutcomes, suite_scores, tier_means
from tarot.capability.filtering import pass_rates
from tarot.metrics import Estimate, clustered_mean
from tarot.types import Tier


def to_table(model: str, outcomes: Sequence[ProblemOutcomes]) -> Table:
    """Pass rate per tier and of whole suites with 95% intervals over problems; then the form."""
    title = f"{model} on {len(outcomes)} training problems"
    table = Table("", "share", "95% interval", title=title, title_justify="left")
    means = tier_means(outcomes)
    for tier in Tier:
        if tier in means:
            table.add_row(tier, *_figures(means[tier]))
    if means:
        table.add_row("whole suite", *_figures(clustered_mean(suite_scores(outcomes))))
    table.add_section()
    for name, share in _forms(outcomes).items():
        table.add_row(name, f"{share:.1%}", "")
    rates = pass_rates(outcomes, "suite").values()
    table.caption = (
        f"{sum(rate == 0 for rate in rates)} problems never solved, "
        f"{sum(rate == 1 for rate in rates)} always, "
        f"{sum(0 < rate < 1 for rate in rates)} at times"
    )
    table.caption_justify = "left"
    return table


def _figures(estimate: Estimate) -> tuple[str, str]:
    return f"{estimate.mean:.1%}", f"[{estimate.low:.1%}, {estimate.high:.1%}]"


def _forms(outcomes: Sequence[ProblemOutcomes]) -> Mapping[str, float]:
    """Shares of all samples; the format's is left out where the prompt asks for none."""
    patterns = [pattern for problem in outcomes for pattern in problem.patterns]
    num_judged = sum(pattern.count for pattern in patterns)
    num_unjudged = sum(problem.num_unjudged for problem in outcomes)
    total = max(1, num_judged + num_unjudged)
    forms = {
        "cut off at the length limit": sum(one.num_truncated for one in outcomes) / total,
        "without code": sum(one.num_no_code for one in outcomes) / total,
        "not judged": num_unjudged / total,
    }
    if any(pattern.formatted is not None for pattern in patterns):
        kept = sum(pattern.count for pattern in patterns if pattern.formatted)
        return {"format kept": kept / max(1, num_judged), **forms}
    return forms
