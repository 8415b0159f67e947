"""Tables of a completion that was tried: what each tier gave, and what the reward is made of."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from tarot.curriculum import PartCall
from tarot.types import Grade, GradedCompletion, Reward, RewardValue, Tier, Verdict


def verdicts_table(place: str, graded: GradedCompletion) -> RenderableType:
    """The verdicts of each tier, what they come to, and what the tier counts now."""
    program = graded.grade.program
    size = f"a program of {len(program.source)} characters" if program else "no program in it"
    title = Text(f"{place}: problem {graded.problem_id}, {size}")
    table = Table("tier", "verdicts", *_numbers("passes", "weight"))
    passes, weights = graded.grade.passes(), graded.weights.weights
    for tier in (*Tier, None):
        verdicts = _verdicts(graded.grade, tier)
        if tier is None:
            if verdicts:
                table.add_row("without a tier", verdicts, "", "")
        elif verdicts or weights.get(tier):
            share = f"{passes[tier]:.3g}" if tier in passes else ""
            table.add_row(tier, verdicts or "no test", share, f"{weights.get(tier, 0):g}")
    if graded.weights.all_must_pass:
        return Group(title, table, "all tiers with a weight must pass")
    return Group(title, table)


def reward_table(
    reward: Reward, graded: GradedCompletion, value: RewardValue | None, calls: Sequence[PartCall]
) -> RenderableType:
    """The parts with their weights and what each adds, and the reward; or why there is none."""
    weights: Mapping[str, float] = getattr(reward, "part_weights", {})
    seconds = {call.name: f"{call.seconds:.3f}" for call in calls}
    values = {call.name: call.value for call in calls} if value is None else value.parts
    table = Table("part", *_numbers("value", "weight", "adds", "seconds"))
    for name, part in values.items():
        weight = weights.get(name)
        adds = "" if weight is None or part is None else f"{weight * part:.4g}"
        given = "None" if part is None else f"{part:.4g}"
        table.add_row(Text(name), given, _shown(weight), adds, seconds.get(name, ""))
    total = "None" if value is None else f"{value.total:.4g}"
    table.add_row("reward", total, "", "", "", style="bold")
    return table if value is not None else Group(table, Text(_reason(graded, calls)))


def _numbers(*names: str) -> list[Column]:
    return [Column(name, justify="right") for name in names]


def _verdicts(grade: Grade, tier: Tier | None) -> str:
    counts = Counter(result.verdict for result in grade.results if result.tier is tier)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])


def _shown(weight: float | None) -> str:
    return "" if weight is None else f"{weight:g}"


def _reason(graded: GradedCompletion, calls: Sequence[PartCall]) -> str:
    """Why a completion is left out of the update."""
    if not graded.grade.is_judged:
        return "left out of the update: the sandbox could not judge it"
    silent = [call.name for call in calls if call.value is None]
    who = f"its part {silent[0]}" if silent else "the reward"
    return f"left out of the update: {who} gave None"
