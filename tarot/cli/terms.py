"""The terms on which `tarot rescore` scores: the run's own settings, and what the user changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from tarot.config.rescoring import RescoreConfig
from tarot.config.schema import GradingConfig, Node
from tarot.config.strict import Strict
from tarot.config.targets import build, check_target
from tarot.config.validation import parse
from tarot.curriculum import decoupled_weights
from tarot.data import DataSource, Split
from tarot.grading.grader import Grader, self_check
from tarot.rescoring.execution import Regraded, regrade
from tarot.rescoring.rescore import Terms, logged_terms
from tarot.runs import RunDirectory, differing_keys
from tarot.types import Limits, Reward, UserError, WithinTier


class _Graded(Strict):
    """The grading under the key that names a fault in it."""

    grading: GradingConfig


@dataclass(frozen=True, slots=True)
class ChosenTerms:
    """The run's own terms and, where any differ, those that the user asks for.

    `notes` say what differs and what was run.
    """

    own: Terms
    changed: Terms | None
    notes: tuple[str, ...]


def choose_terms(run: RunDirectory, config: RescoreConfig) -> ChosenTerms:
    """Build the rewards, and run the programs that have to be; UserError for what can't be."""
    settings = run.config()
    wanted = {
        "reward": {**settings["reward"], **_given(config)},
        "grading": _merged(settings["grading"], config.grading),
    }
    grading = parse(_Graded, {"grading": wanted["grading"]}).grading
    keys = differing_keys({key: settings[key] for key in wanted}, wanted)
    within_tier = WithinTier(settings["data"].get("within_tier", WithinTier.MEAN))
    own = logged_terms(run, _reward(settings["reward"]), within_tier)
    reward = _reward(wanted["reward"])
    regraded = None
    if config.execute:
        regraded = _judged_again(run, own.table, config, grading, keys)
    elif any(key.startswith("grading.") for key in keys):
        raise UserError(
            "grading: outputs are not logged, so another comparator or other limits take running "
            "the programs again; add execute=true"
        )
    table = own.table if regraded is None else regraded.table
    changed = Terms(reward, table, within_tier) if keys or regraded else None
    notes = (*_notes(keys, config.execute, regraded), *_form_notes(reward))
    return ChosenTerms(own, changed, notes)


def _given(config: RescoreConfig) -> dict[str, Any]:
    given = {"normalize": config.normalize, "parts": config.parts}
    return {key: value for key, value in given.items() if value is not None}


def _merged(own: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The grading with what is given of it; how many may be lost is no matter of verdicts."""
    limits = {**own["limits"], **given.get("limits", {})}
    return {**own, **given, "limits": limits, "max_unjudged_share": own["max_unjudged_share"]}


def _reward(node: Node) -> Reward:
    check_target("reward", node)
    reward: Reward = build("reward", node)
    return reward


def _judged_again(
    run: RunDirectory, table: Any, config: RescoreConfig, grading: GradingConfig, keys: list[str]
) -> Regraded | None:
    """The rollouts with new results, or None where tests and grading are the run's."""
    source: DataSource = build("data", run.config()["data"])
    is_same = source.fingerprint() == run.data_fingerprint()
    if is_same and not any(key.startswith("grading.") for key in keys):
        return None
    problems = {problem.id: problem for problem in source.load(Split.TRAIN)}
    sandbox = build("sandbox", config.sandbox)
    grader = Grader(sandbox, Limits(**grading.limits.model_dump()), grading.comparator)
    try:
        self_check(sandbox)
        with Console(stderr=True).status("judging") as status:
            return regrade(
                run,
                table,
                problems,
                grader,
                lambda done, total: status.update(f"judged {done} of {total} completions"),
            )
    finally:
        grader.close()


def _notes(keys: list[str], execute: bool, regraded: Regraded | None) -> Iterator[str]:
    if keys:
        yield f"other than in the run: {', '.join(keys)}"
    if regraded is None:
        if execute:
            yield "nothing was run: data and grading are those of the run"
        return
    yield f"{regraded.num_rows} completions were judged again, by running their programs"
    if regraded.num_kept:
        yield f"{regraded.num_kept} keep their verdicts: the data no longer has their problems"
    if regraded.num_unjudged:
        yield f"{regraded.num_unjudged} could not be judged and are left out"


def _form_notes(reward: Reward) -> Iterator[str]:
    if decoupled_weights(reward) is not None:
        yield (
            "reward.aggregate=decoupled: groups without variance and rank correlations are those "
            "of the weighted sums, where training normalises each part by itself"
        )
