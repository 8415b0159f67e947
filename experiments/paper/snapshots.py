"""The snapshots: the resolved configs of every run of the paper's artefacts, one file an artefact.

python -m experiments.paper.snapshots                 write all of them, which takes minutes
python -m experiments.paper.snapshots artefact=beta   one
python -m experiments.paper.snapshots out=DIR         to another folder, as DIR/<artefact>.json
python -m experiments.paper.snapshots check=true      write nothing; say which are not today's

`tarot reproduce snapshot=FILE pick=NAME` trains a run of one.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.command import run_command, settings
from experiments.paper import HERE, recipes
from experiments.paper.recipes.published import Recipe, all_recipes
from tarot.cli.composition import Composed, compose
from tarot.config.strict import Strict
from tarot.config.validation import suggestion
from tarot.runs import read_json, write_json
from tarot.runs.exits import Exit
from tarot.runs.snapshots import pack
from tarot.types import UserError

SWEEPS = ("main", "weights", "baselines", "beta", "temperature", "epochs")
PUBLISHED, CORRECTED = "published", "corrected"
FILES = {
    **{name: HERE / name / "configs.json" for name in SWEEPS},
    **{name: recipes.HERE / f"{name}.json" for name in (PUBLISHED, CORRECTED)},
}

_IN_THE_NAME = ("model", "curriculum", "seed")


class SnapshotSettings(Strict):
    """Which artefact, all of them unless named, and whether its file is compared or written."""

    artefact: str | None = None
    out: str | None = None
    check: bool = False


def main(arguments: Sequence[str]) -> int:
    """Write the snapshots, or tell those that are not what `conf/` composes today."""
    asked = settings(SnapshotSettings, arguments)
    if asked.artefact is not None and asked.artefact not in FILES:
        raise UserError(
            f"artefact={asked.artefact}: no such artefact" + suggestion(asked.artefact, [*FILES])
        )
    code = Exit.OK
    for name in [asked.artefact] if asked.artefact else FILES:
        content = snapshots_of(name)
        path = Path(asked.out) / f"{name}.json" if asked.out else FILES[name]
        if not asked.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, content)
        elif not path.exists() or read_json(path) != content:
            code = Exit.FAILED
            sys.stdout.write(f"{path}: not what conf/ composes; write it anew\n")
    return code


def snapshots_of(name: str) -> dict[str, Any]:
    """What the file of an artefact holds."""
    if name in SWEEPS:
        jobs = compose("train", [f"+experiment=paper/{name}", f"+sweep=paper/{name}", "-m"])
        return _packed((run_name(job), job) for job in jobs)
    return _packed((recipe.path, _composed(recipe, name)) for recipe in all_recipes())


def run_name(job: Composed) -> str:
    """Model, curriculum, what else the sweep varies, and seed."""
    varied = _settings(job)
    others = [
        f"{key.rpartition('.')[2]}-{value}"
        for key, value in varied.items()
        if key not in _IN_THE_NAME
    ]
    return "-".join([job.config["name"], *others, varied["seed"]])


def _composed(recipe: Recipe, name: str) -> Composed:
    overrides = recipe.published if name == PUBLISHED else recipe.corrected
    (job,) = compose("train", overrides)
    return job


def _packed(runs: Iterable[tuple[str, Composed]]) -> dict[str, Any]:
    jobs = dict(runs)
    configs = {name: job.config for name, job in jobs.items()}
    return pack(configs, {name: _labels(_settings(job)) for name, job in jobs.items()})


def _settings(job: Composed) -> dict[str, str]:
    """The job's overrides by key, but for the options that it adds."""
    pairs = (override.partition("=") for override in job.overrides)
    return {key: value for key, _, value in pairs if not key.startswith("+")}


def _labels(varied: Mapping[str, str]) -> dict[str, str]:
    """A name for the value of a top-level key, from what was set of it."""
    labels: dict[str, list[str]] = {}
    for key, value in varied.items():
        top, _, rest = key.partition(".")
        labels.setdefault(top, []).append(f"{rest}={value}" if rest else value)
    return {top: " ".join(values) for top, values in labels.items()}


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
