"""The resolved config of a generation of test suites."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from tarot.config.schema import GradingConfig, HubConfig, Node
from tarot.config.strict import Strict
from tarot.config.trials import EffortConfig


class GenerateConfig(Strict):
    """What suites are made for, by which models, and how far to go.

    `num_problems` is None for all, and `references` limits the accepted solutions of a problem that
    must agree. `unanswered` says what happens to problems that the service or the budget left
    without an answer: the data set waits for them, or goes without. `audit` says how much its
    suites are tried for the card, None for not at all.
    """

    out: str
    models: Annotated[list[str], Field(min_length=1)]
    repairs: NonNegativeInt
    style: Literal["direct", "generator"]
    tests_per_tier: PositiveInt
    original_tests: NonNegativeInt
    references: PositiveInt
    num_problems: PositiveInt | None
    max_input_kb: PositiveInt
    max_output_tokens: PositiveInt
    seed: NonNegativeInt
    audit: EffortConfig | None
    unanswered: Literal["wait", "drop"]
    dry_run: bool
    data: Node
    generator: Node
    grading: GradingConfig
    sandbox: Node
    hub: HubConfig
