"""The study's results as values and as JSON."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from experiments.demo.results import Changes
from experiments.results import results_in

RULE = "adaptive"


class Policy(StrEnum):
    """The policies that are trained beside the rule, by their names in `conf/curriculum/`."""

    AVERAGE = "average"
    FORWARD = "forward_ce"


@dataclass(frozen=True, slots=True)
class RunResult:
    """One finished run under a policy, or under `adaptive`, and what changed from before GRPO."""

    policy: str
    seed: int
    run: str
    sha: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Results:
    """All runs; every policy has the same seeds."""

    runs: tuple[RunResult, ...]

    def to_json(self) -> dict[str, Any]:
        """A plain dict for `results.json`."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain


_ADAPTER = TypeAdapter(Results)


def read_results(folder: Path) -> Results:
    """The results that a study left in a folder; UserError if there are none."""
    return results_in(folder, _ADAPTER)
