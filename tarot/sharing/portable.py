"""A run's config as another machine can use it, and what of its data goes along.

A local file of data is named by its place in the archive, whether it is packed or to be brought;
`packed.json` says so, and `RunDirectory.config` then finds it there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarot.config.key_classes import is_hashed
from tarot.config.model_source import is_local
from tarot.config.targets import build
from tarot.data import DataSource
from tarot.data.pass_rates import files_of
from tarot.runs import RunDirectory, differing_keys, read_json
from tarot.runs.identity import DATA
from tarot.runs.snapshots import placeless
from tarot.sharing.places import Places, rewritten
from tarot.types import UserError

_FILES = ("path", "pass_rates")
"""The keys of data that name local files."""
_OURS = ("tarot", "rewards", "launchers")


@dataclass(frozen=True, slots=True)
class Portable:
    """The config, the note beside it, and the files of data that go along by their names.

    Names are from the run's directory. `rewritten` are the keys that are other than in the run,
    `to_place` says what data is that does not come along, and `to_bring` what else is missing.
    """

    config: Mapping[str, Any]
    note: Mapping[str, Any]
    data_files: Mapping[str, Path]
    rewritten: tuple[str, ...]
    to_place: Mapping[str, str]
    to_bring: tuple[str, ...]


def portable(run: RunDirectory, data_folder: str, *, with_data: bool) -> Portable:
    """The config with data in `data_folder`, and the data if it is to come along.

    UserError for data to be packed that is not there, or no longer the run's.
    """
    config = run.config()
    local = {key: Path(config["data"][key]) for key in _FILES if config["data"].get(key)}
    names = {key: f"{data_folder}/{key}/{path.name}" for key, path in local.items()}
    files: dict[str, Path] = {}
    if with_data and local:
        _check_unchanged(run)
        for key, path in local.items():
            files |= _files_in(path, names[key])
    changed = _rewritten_config({**config, "data": {**config["data"], **names}}, run)
    keys = differing_keys(config, changed)
    return Portable(
        config=changed,
        note={"data": names, "rewritten": sorted({*keys, *_rewritten_before(run)})},
        data_files=files,
        rewritten=tuple(keys),
        to_place={} if with_data else {names[key]: _told(path) for key, path in local.items()},
        to_bring=tuple(_others(config)),
    )


def _rewritten_config(config: Mapping[str, Any], run: RunDirectory) -> dict[str, Any]:
    """What tells runs apart keeps its texts, but for those that are a path as a whole."""
    places = Places.around(run.path)
    return {
        key: rewritten(value, places.value if is_hashed(key) and key != DATA else places.words)
        for key, value in placeless(config).items()
    }


def _rewritten_before(run: RunDirectory) -> list[str]:
    """The keys that were rewritten already in a run that comes from an archive."""
    return list(read_json(run.packed_path)["rewritten"]) if run.packed_path.exists() else []


def _check_unchanged(run: RunDirectory) -> None:
    source: DataSource = build("data", run.config()["data"])
    if source.fingerprint() != run.data_fingerprint():
        raise UserError(
            f"with_data: the data of {run.path} has changed since; bring back the same, or leave "
            "with_data out"
        )


def _files_in(path: Path, name: str) -> dict[str, Path]:
    """A file, or those that pass rates are read from in the directory of a run."""
    if not path.is_dir():
        return {name: path}
    return {f"{name}/{file.relative_to(path).as_posix()}": file for file in files_of(str(path))}


def _told(path: Path) -> str:
    """What data is that does not come along."""
    if not path.exists():
        return "the data, which is not here either"
    size = sum(file.stat().st_size for file in _files_in(path, "").values())
    return f"the data, {size / 1e6:.1f} MB; with_data=true packs it"


def _others(config: Mapping[str, Any]) -> Iterator[str]:
    """What a config names that is neither of the hub nor of this project."""
    model = config["model"]
    if model["source"] == "hub" and is_local(model["id"]):
        yield f"the weights in model.id={Path(model['id']).name}"
    data_id = config["data"].get("id")
    if data_id and Path(data_id).exists():
        yield f"the data set in data.id={Path(data_id).name}"
    for target in sorted(set(_targets(config))):
        if target.partition(".")[0] not in _OURS:
            yield f"the class {target}"


def _targets(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if "_target_" in node:
            yield node["_target_"]
        for value in node.values():
            yield from _targets(value)
    elif isinstance(node, list):
        for value in node:
            yield from _targets(value)
