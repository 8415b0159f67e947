"""What a table of the paper sets side by side."""

from dataclasses import dataclass
from pathlib import Path

from experiments.paper.naming import UNTUNED

BENCHMARKS = {
    "humaneval": "HumanEval",
    "humanevalplus": "HumanEval+",
    "mbpp": "MBPP",
    "mbppplus": "MBPP+",
    "livecodebench_v5": "LCB v5",
    "codeforces": "CodeForces",
    "cruxeval": "CruxEval",
}
"""The paper's benchmarks by the names of their scores, with the headings of their columns."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One table: its folder, and which runs it takes.

    Args:
        title: what stands above it.
        folder: where `published.yaml` lies, and what the command writes unless told otherwise.
        policies: those with a row for each model, missing or not; None for those that have a run.
        axis: the setting that varies, one of `settings.AXES`; all others are held.
        values: of the axis, those with a row for each model and policy, missing or not.
        reference: the policy that the others are set against, where there is no axis.
        has_family: whether the confirmatory comparisons and the best policies stand below.
    """

    title: str
    folder: Path
    policies: tuple[str, ...] | None = None
    axis: str | None = None
    values: tuple[float, ...] = ()
    reference: str = UNTUNED
    has_family: bool = False
