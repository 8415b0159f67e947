"""From run directories, and folders of untuned models' evaluations, to what tables are made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.paper.naming import UNTUNED, model_name, policy_name
from experiments.paper.settings import Setting, setting_of
from tarot.evaluation.last_scores import last_scores
from tarot.evaluation.scores import SUBJECT, Score, read_subject
from tarot.runs import DirectoryState, RunDirectory, read_json
from tarot.runs.identity import hashed_settings
from tarot.runs.sweep import SweepDirectory
from tarot.types import UserError

WITHOUT_RUN = "weights without a run"
"""The policy of a folder whose weights are not its model's own, and of which no config speaks."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A run, or an untuned model, with one score a benchmark.

    `seed`, `setting` and `identity` (what the run's sha covers) are None for an untuned model, and
    `chosen` is the policy that the rule took, None for other runs. `notes` say what of the folder
    does not count.
    """

    path: Path
    model: str
    policy: str
    seed: int | None
    setting: Setting | None
    identity: Mapping[str, Any] | None
    is_finished: bool
    scores: Mapping[str, Score]
    notes: tuple[str, ...]
    chosen: str | None = None

    @property
    def name(self) -> str:
        """The folder's name, for messages."""
        return self.path.resolve().name


def read_entries(paths: Sequence[Path]) -> list[Entry]:
    """What lies in each folder, a sweep's runs for a sweep; one that is named twice counts once.

    UserError for a folder that is none of them, that holds scores between which nothing decides,
    or without any folder.
    """
    if not paths:
        raise UserError("name at least one run directory, sweep, or folder of an untuned model")
    found = {place.resolve(): place for path in paths for place in _places(path)}
    return [_entry(path) for path in found.values()]


def _places(path: Path) -> Iterator[Path]:
    if (path / "sweep.json").is_file():
        runs = SweepDirectory.open(path).runs()
        yield from (run.directory for run in runs if (run.directory / "config.json").is_file())
    elif (path / "config.json").is_file() or (path / SUBJECT).is_file():
        yield path
    else:
        raise UserError(
            f"{path}: no run, sweep or evaluated model: it has no config.json, sweep.json "
            f"or {SUBJECT}"
        )


def _entry(path: Path) -> Entry:
    scores, notes = last_scores(path)
    if not (path / "config.json").is_file():
        subject = read_subject(path)
        is_untuned = subject.checkpoint in (None, subject.model_id)
        policy, model = UNTUNED if is_untuned else WITHOUT_RUN, model_name(subject.model_id)
        return Entry(path, model, policy, None, None, None, True, scores, notes)
    run = RunDirectory(path)
    config = run.config()
    try:
        return Entry(
            path=path,
            model=model_name(config["model"]["id"]),
            policy=policy_name(config),
            seed=config["seed"],
            setting=setting_of(config["trainer"]),
            identity=hashed_settings(config, run.data_fingerprint()),
            is_finished=run.state is DirectoryState.FINISHED,
            scores=scores,
            notes=notes,
            chosen=read_json(run.decision_path)["chosen"] if run.decision_path.exists() else None,
        )
    except KeyError as error:
        raise UserError(f"{run.config_path}: no config of a run, it lacks {error}") from error
