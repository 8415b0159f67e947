"""From the directory of a run or a sweep to what goes into an archive, and what does not.

Checkpoints, logs, pages, the files of launchers and trackers and the raw output of harnesses stay
behind; what is left is all that `tarot report`, `rescore`, `reproduce` and `compare` read. Of it
the lock and how a job ended tell how the run of a sweep stands.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tarot.runs import RunDirectory, read_json
from tarot.runs.endings import outcome_path
from tarot.runs.lock import is_held, last_holder
from tarot.runs.sweep import SweepDirectory
from tarot.sharing.members import Member, json_member
from tarot.sharing.places import Places, rewritten
from tarot.sharing.portable import Portable, portable
from tarot.types import UserError

_SHARED_DATA = "../../data"


@dataclass(frozen=True, slots=True)
class Packed:
    """What goes into an archive, below the folder `name`.

    `left_out` has the bytes of what stays behind by what it is, `rewritten` the keys of configs
    from which a path was taken, and `to_bring` what else it takes to train the same again.
    """

    name: str
    members: tuple[Member, ...]
    left_out: Mapping[str, int]
    rewritten: tuple[str, ...]
    to_bring: tuple[str, ...]


def pack_run(run: RunDirectory, *, with_data: bool) -> Packed:
    """All of one run; UserError while a process works on it, or for data that is not the run's."""
    name = run.path.resolve().name
    found = portable(run, "data", with_data=with_data)
    members = [*_members(run, found), *_data_members(found, "")]
    return Packed(
        name,
        tuple(Member(f"{name}/{member.name}", member.content) for member in members),
        _left_out(run.path, members),
        found.rewritten,
        tuple(f"{name}/{line}" if line.startswith("data/") else line for line in found.to_bring),
    )


def pack_sweep(sweep: SweepDirectory, *, with_data: bool) -> Packed:
    """A sweep with the runs that it has, in its folder `runs`; data that they share is in once."""
    name = sweep.path.resolve().name
    places = Places.around(sweep.path)
    members = {member.name: member for member in _sweep_members(sweep, places)}
    left_out: dict[str, int] = {}
    keys: dict[str, None] = {}
    to_bring: list[str] = []
    for run in _present(sweep):
        own = f"runs/{run.path.resolve().name}"
        found = portable(run, _SHARED_DATA, with_data=with_data)
        files = list(_members(run, found))
        members |= {f"{own}/{one.name}": Member(f"{own}/{one.name}", one.content) for one in files}
        for member in _data_members(found, f"{own}/"):
            _check_same(members.get(member.name), member)
            members[member.name] = member
        for what, size in _left_out(run.path, files).items():
            left_out[what] = left_out.get(what, 0) + size
        keys |= dict.fromkeys(found.rewritten)
        to_bring += [line.replace(f"{_SHARED_DATA}/", f"{name}/data/") for line in found.to_bring]
    return Packed(
        name,
        tuple(Member(f"{name}/{member.name}", member.content) for member in members.values()),
        left_out,
        tuple(keys),
        tuple(dict.fromkeys(to_bring)),
    )


def _members(run: RunDirectory, found: Portable) -> Iterator[Member]:
    """The files of a run, without its data."""
    if is_held(run.lock_path):
        raise UserError(
            f"{run.path}: process {last_holder(run.lock_path)} works on it; wait for it or end it"
        )
    places = Places.around(run.path)
    yield json_member("config.json", found.config)
    yield json_member(run.packed_path.name, found.note)
    for path in (*run.fact_paths, *sorted(run.scores_path.glob("*.json"))):
        if path != run.config_path:
            name = path.relative_to(run.path).as_posix()
            yield json_member(name, rewritten(read_json(path), places.value))
    ended = outcome_path(run.path)
    if ended.exists():
        yield json_member(ended.name, rewritten(read_json(ended), places.words))
    if run.log.path.exists():
        yield Member(run.log.path.name, _log(run, places))
    as_they_are = (*sorted(run.outcomes_path.glob("*.json")), *run.rollout_files().values())
    for path in (*as_they_are, *([run.lock_path] if run.lock_path.exists() else [])):
        yield Member(path.relative_to(run.path).as_posix(), path)


def _log(run: RunDirectory, places: Places) -> bytes:
    lines = (rewritten(line, places.value) for line in run.log.lines())
    texts = (json.dumps(line, sort_keys=True, ensure_ascii=False) for line in lines)
    return "".join(f"{text}\n" for text in texts).encode()


def _data_members(found: Portable, folder: str) -> Iterator[Member]:
    for name, path in found.data_files.items():
        yield Member(os.path.normpath(f"{folder}{name}"), path)


def _left_out(folder: Path, members: Sequence[Member]) -> dict[str, int]:
    """The bytes of a folder's other files, by the first part of their paths."""
    names = {member.name for member in members}
    sizes: dict[str, int] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in names:
            first = name.partition("/")[0]
            sizes[first] = sizes.get(first, 0) + path.stat().st_size
    has_some = {name.partition("/")[0] for name in names}
    return {f"more of {key}" if key in has_some else key: size for key, size in sizes.items()}


def _present(sweep: SweepDirectory) -> list[RunDirectory]:
    """The runs that are there; UserError where two of all have one name."""
    runs = [RunDirectory(run.directory) for run in sweep.runs()]
    names = [run.path.resolve().name for run in runs]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"{sweep.path}: several runs are named {name}; pack them one by one")
    return [run for run in runs if run.config_path.is_file()]


def _sweep_members(sweep: SweepDirectory, places: Places) -> Iterator[Member]:
    """What was asked for and how it ended, with each run where the archive has it."""
    moved = {sweep.key(run): f"runs/{run.directory.resolve().name}" for run in sweep.runs()}
    request = rewritten(read_json(sweep.request_path), places.words)
    for row, run in zip(request["runs"], sweep.runs(), strict=True):
        row["directory"] = moved[sweep.key(run)]
    yield json_member(sweep.request_path.name, request)
    if sweep.launches_path.exists():
        launches = read_json(sweep.launches_path)
        ends = {moved[key]: rewritten(end, places.words) for key, end in launches.items()}
        yield json_member(sweep.launches_path.name, ends)


def _check_same(one: Member | None, other: Member) -> None:
    if one is not None and one.content != other.content:
        raise UserError(
            f"{other.name}: the runs have different files of this name; pack them one by one"
        )
