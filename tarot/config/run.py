"""Everything about a run's config that can be told from the config alone."""

from collections.abc import Mapping
from typing import Any

from tarot.config.batches import check_dynamic_sampling, plan_batches
from tarot.config.machine import check_split
from tarot.config.schema import RunConfig
from tarot.config.targets import check_target
from tarot.config.trainer_fields import check_trainer
from tarot.config.validation import parse
from tarot.types import UserError

TARGETS = ("data", "curriculum", "reward", "sandbox", "launcher")


def validate_run(config: Mapping[str, Any]) -> RunConfig:
    """The config as types; UserError for the first key, type, field or number that is wrong."""
    run = parse(RunConfig, config)
    _check_filter(run)
    check_trainer(run.trainer)
    for key in TARGETS:
        check_target(key, config[key])
    check_split(run.hardware)
    plan_batches(run)
    check_dynamic_sampling(run)
    return run


def _check_filter(run: RunConfig) -> None:
    if run.filter is not None and run.filter[0] > run.filter[1]:
        low, high = run.filter
        raise UserError(f"filter: from {low} to {high} there is nothing; give the lower rate first")
