"""The completions of one run under several policies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tarot.rescoring.columns import (
    COLUMNS,
    Columns,
    read_columns,
    read_verdicts,
    same_schedule,
    schedule_of,
)
from tarot.rescoring.replay import (
    TEXT_COLUMNS,
    FormulaReplay,
    Replay,
    RewardReplay,
    formula_of,
    read_completions,
)
from tarot.rescoring.summary import PolicySummary, summarize
from tarot.runs import RunDirectory
from tarot.runs.columns import Floats
from tarot.runs.rollouts import rollout_table
from tarot.types import Policy, Reward, UserError, WithinTier

AS_LOGGED = "as logged"


@dataclass(frozen=True, slots=True)
class Terms:
    """By what completions are scored: a reward, and a table of rollouts with their results.

    `within_tier` says what the results of several tests of a tier give.
    """

    reward: Reward
    table: Any
    within_tier: WithinTier = WithinTier.MEAN


@dataclass(frozen=True, slots=True)
class Rescored:
    """A run as it was, then its completions under each policy.

    `num_reproduced` of the logged rewards come back to the bit when the run's own reward is
    replayed under its own weights; fewer than all say that the log does not bear the rest.
    """

    original: PolicySummary
    policies: tuple[PolicySummary, ...]
    num_rollouts: int
    num_reproduced: int


def logged_terms(
    run: RunDirectory, reward: Reward, within_tier: WithinTier = WithinTier.MEAN
) -> Terms:
    """The run's own reward and results; UserError for a run without rollouts."""
    table = rollout_table(run, COLUMNS)
    if not len(table):
        raise UserError(f"run={run.path}: it has no rollouts; train it first")
    return Terms(reward, table, within_tier)


def rescore(
    run: RunDirectory, own: Terms, policies: Mapping[str, Policy], changed: Terms | None = None
) -> Rescored:
    """Replay a run's rollouts under each policy, on its own terms or on changed ones.

    On its own terms, the policy that the run was trained under is its first row and no other.
    """
    columns = read_columns(own.table)
    replay = _replay(run, own, columns)
    reproduced = replay(columns.schedule) == columns.rewards
    if changed is not None:
        replay = _replay(run, changed, columns)
    name, rows = AS_LOGGED, []
    for policy_name, policy in policies.items():
        schedule = schedule_of(policy, columns.progress)
        if changed is None and same_schedule(schedule, columns.schedule):
            name = f"{policy_name}, {AS_LOGGED}"
        else:
            rows.append(_summary(policy_name, replay(schedule), columns))
    return Rescored(
        original=_summary(name, columns.rewards, columns),
        policies=tuple(rows),
        num_rollouts=len(columns.rewards),
        num_reproduced=int(np.count_nonzero(reproduced)),
    )


def _replay(run: RunDirectory, terms: Terms, columns: Columns) -> Replay:
    """The texts of the completions are read for a reward without a formula alone."""
    formula = formula_of(terms.reward, columns)
    if formula is not None:
        return FormulaReplay(formula, columns, read_verdicts(terms.table, terms.within_tier))
    texts = rollout_table(run, TEXT_COLUMNS)
    completions = read_completions(terms.table, texts, terms.within_tier)
    return RewardReplay(terms.reward, columns, completions)


def _summary(policy: str, rewards: Floats, columns: Columns) -> PolicySummary:
    return summarize(policy, rewards, columns.rewards, columns.steps, columns.groups)
