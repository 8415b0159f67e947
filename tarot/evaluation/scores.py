"""Scores on disk: `scores/<benchmark>-<key>.json` in the folder of what was evaluated.

That folder is a run's, or one that `evaluate.py` makes for a model without a run; the latter has
`subject.json` beside its scores. The key is a hash of all that a score depends on: the
checkpoint's content, the benchmark, its settings, the harness's commit. What the harness itself
has written lies in `scores/<benchmark>-<key>/`, and scores of a few problems only, of `debug=true`,
in `debug/scores/` of the same folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tarot.runs import differing_keys, read_json, write_json
from tarot.types import UserError

FOLDER = "scores"
SUBJECT = "subject.json"


@dataclass(frozen=True, slots=True)
class Score:
    """What one benchmark says of one checkpoint.

    `value` is a share in [0, 1], `parts` what it is made of, by name (tiers, input and output);
    `std_error` is the harness's own over its repeats, None where it gives none. `solved` holds,
    problem by problem, 1 or 0 for each sample, None where the harness keeps no such list.
    `inputs` is what the key was made from: `checkpoint` (path, revision, step and sha256, of which
    the last counts) and `settings`, with the harness's commit among them.
    """

    benchmark: str
    metric: str
    value: float
    num_problems: int
    num_samples: int
    std_error: float | None
    parts: Mapping[str, float]
    solved: Mapping[str, Sequence[float]] | None
    inputs: Mapping[str, Any]

    @property
    def conditions(self) -> dict[str, Any]:
        """What it depends on beside the checkpoint."""
        return {key: value for key, value in self.inputs.items() if key != "checkpoint"}


@dataclass(frozen=True, slots=True)
class Subject:
    """A model without a run: its id and revision, and its weights where they are not the id's."""

    model_id: str
    revision: str | None
    checkpoint: str | None


_SCORE = TypeAdapter(Score)
_SUBJECT = TypeAdapter(Subject)


def write_score(folder: Path, score: Score, key: str) -> Path:
    """Write a score into `folder`/scores, and give back where it is."""
    path = score_path(folder, score.benchmark, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, _SCORE.dump_python(score, mode="json"))
    return path


def score_path(folder: Path, benchmark: str, key: str) -> Path:
    """Where a score lies or would lie."""
    return folder / FOLDER / f"{benchmark}-{key}.json"


def read_score(path: Path) -> Score:
    """The score in a file; UserError that names it where there is none."""
    score: Score = _parsed(_SCORE, path, "no score")
    return score


def read_scores(folder: Path) -> dict[str, list[Score]]:
    """The scores of a folder by benchmark, in the order of their files' names; none without any.

    UserError that names the file for one that holds no score.
    """
    found: dict[str, list[Score]] = {}
    for path in sorted((folder / FOLDER).glob("*.json")):
        score = read_score(path)
        found.setdefault(score.benchmark, []).append(score)
    return found


def unlike_scores(one: Score, other: Score) -> tuple[str, ...]:
    """The keys in which two scores were measured differently beside their checkpoints."""
    keys = differing_keys(one.conditions, other.conditions)
    is_same_size = one.num_problems == other.num_problems
    return tuple(keys if is_same_size else [*keys, "num_problems"])


def write_subject(folder: Path, subject: Subject) -> None:
    """Say which model a folder without a run speaks of."""
    write_json(folder / SUBJECT, _SUBJECT.dump_python(subject, mode="json"))


def read_subject(folder: Path) -> Subject:
    """Which model a folder without a run speaks of; UserError where it doesn't say."""
    subject: Subject = _parsed(_SUBJECT, folder / SUBJECT, "no subject")
    return subject


def _parsed(adapter: TypeAdapter[Any], path: Path, fault: str) -> Any:
    try:
        return adapter.validate_python(read_json(path))
    except ValidationError as error:
        raise UserError(f"{path}: {fault}; evaluate again") from error
