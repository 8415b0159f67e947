"""From the directory of a run or a sweep to what goes into an archive, and what does not.

Checkpoints, logs, pages, results that a change has outdated, the completion on which a reward
failed, the files of launchers and trackers and the raw output of harnesses stay behind; what is
left is all that `tarot report`, `rescore`, `reproduce` and `compare` read. Of it the lock and how a
job ended tell how the run of a sweep stands.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os.path import normpath
from pathlib import Path

from tarot.runs import RunDirectory, best, read_json
from tarot.runs.endings import outcome_path
from tarot.runs.lock import is_held, last_holder
from tarot.runs.log import StepLog
from tarot.runs.sweep import SweepDirectory
from tarot.sharing.members import Member, json_member
from tarot.sharing.places import Places, Rewrite, rewritten
from tarot.sharing.portable import Portable, portable
from tarot.types import UserError


@dataclass(frozen=True, slots=True)
class Packed:
    """What goes into an archive, below the folder `name`.

    `left_out` has the bytes of what stays behind by what it is, `rewritten` the files from which a
    path was taken, `absent` the runs of a sweep that are not there, and `to_bring` what else it
    takes to train the same again.
    """

    name: str
    members: tuple[Member, ...]
    left_out: Mapping[str, int]
    rewritten: tuple[str, ...]
    to_bring: tuple[str, ...]
    absent: tuple[str, ...] = ()


def pack_run(run: RunDirectory, *, with_data: bool) -> Packed:
    """All of one run; UserError while a process works on it, or for data that is not the run's."""
    return _packed(run, run.path.resolve().name, "data", with_data=with_data)


def pack_sweep(sweep: SweepDirectory, *, with_data: bool) -> Packed:
    """A sweep with the runs that it has, in its folder `runs`; data that they share is in once.

    UserError where none is there, or the archive would have two things of one name.
    """
    name = sweep.path.resolve().name
    runs = [RunDirectory(run.directory) for run in sweep.runs()]
    names = [run.path.resolve().name for run in runs]
    if len(set(names)) < len(names):
        raise UserError(f"{sweep.path}: several of its runs have one name; pack them one by one")
    places = {own: run for own, run in zip(names, runs, strict=True) if run.config_path.is_file()}
    if not places:
        raise UserError(f"{sweep.path}: none of its runs is there")
    found = [
        _packed(run, f"{name}/runs/{own}", "../../data", with_data=with_data)
        for own, run in places.items()
    ]
    members = [Member(f"{name}/{one.name}", one.content) for one in _sweep_members(sweep)]
    left_out: Counter[str] = Counter()
    for packed in found:
        left_out.update(packed.left_out)
    return Packed(
        name,
        _merged([*members, *(member for packed in found for member in packed.members)]),
        left_out,
        (*_changed(sweep.path, members, name), *_each_once(one.rewritten for one in found)),
        _each_once(one.to_bring for one in found),
        tuple(own for own in names if own not in places),
    )


def _packed(run: RunDirectory, name: str, data_folder: str, *, with_data: bool) -> Packed:
    """A run below `name`, with its data in a folder that is named from there."""
    if is_held(run.lock_path):
        raise UserError(
            f"{run.path}: process {last_holder(run.lock_path)} works on it; wait for it or end it"
        )
    found = portable(run, data_folder, with_data=with_data)
    own = {member.name: member.content for member in _members(run, found)}
    members = [Member(f"{name}/{key}", content) for key, content in own.items()]
    data = [Member(normpath(f"{name}/{key}"), path) for key, path in found.data_files.items()]
    inside = {member.name.removeprefix(f"{name}/") for member in (*members, *data)}
    keys = f" ({', '.join(found.rewritten)})"
    changed = _changed(run.path, members, name)
    return Packed(
        name,
        (*members, *data),
        _left_out(run.path, inside),
        tuple(line + keys if line == run.config_path.name else line for line in changed),
        (
            *(f"{normpath(f'{name}/{key}')} ({words})" for key, words in found.to_place.items()),
            *found.to_bring,
        ),
    )


def _members(run: RunDirectory, found: Portable) -> Iterator[Member]:
    """The files of a run, without its data."""
    places = Places.around(run.path)
    logs = {run.log.path: places.value, run.changes.path: places.words}
    yield json_member(run.config_path.name, found.config)
    yield json_member(run.packed_path.name, found.note)
    for path in (*run.fact_paths, *sorted(run.scores_path.glob("*.json"))):
        if path not in (run.config_path, *logs):
            name = path.relative_to(run.path).as_posix()
            yield json_member(name, rewritten(read_json(path), places.value))
    ended = outcome_path(run.path)
    if ended.exists():
        yield json_member(ended.name, rewritten(read_json(ended), places.words))
    for path, rewrite in logs.items():
        if path.exists():
            yield Member(path.name, _log(StepLog(path), rewrite))
    yield from (Member(path.relative_to(run.path).as_posix(), path) for path in _unchanged(run))


def _unchanged(run: RunDirectory) -> Iterator[Path]:
    """The files in which no path is taken out."""
    yield from sorted(run.outcomes_path.glob("*.json"))
    yield from run.rollout_files().values()
    yield from (path for path in (run.path / best.FILE, run.lock_path) if path.exists())


def _log(log: StepLog, rewrite: Rewrite) -> bytes:
    lines = (rewritten(line, rewrite) for line in log.lines())
    texts = (json.dumps(line, sort_keys=True, ensure_ascii=False) for line in lines)
    return "".join(f"{text}\n" for text in texts).encode()


def _sweep_members(sweep: SweepDirectory) -> Iterator[Member]:
    """What was asked for and how it ended, with each run where the archive has it."""
    places = Places.around(sweep.path)
    moved = {sweep.key(run): f"runs/{run.directory.resolve().name}" for run in sweep.runs()}
    request = rewritten(read_json(sweep.request_path), places.words)
    for row, key in zip(request["runs"], moved, strict=True):
        row["directory"] = moved[key]
    yield json_member(sweep.request_path.name, request)
    if sweep.launches_path.exists():
        launches = read_json(sweep.launches_path)
        ends = {moved[key]: rewritten(end, places.words) for key, end in launches.items()}
        yield json_member(sweep.launches_path.name, ends)


def _changed(folder: Path, members: Sequence[Member], name: str) -> tuple[str, ...]:
    """The files of a folder that are other in the archive, where they lie below `name`."""
    contents = {one.name.removeprefix(f"{name}/"): one.content for one in members}
    return tuple(
        key
        for key, content in contents.items()
        if isinstance(content, bytes)
        and (folder / key).exists()
        and (folder / key).read_bytes() != content
    )


def _left_out(folder: Path, inside: Collection[str]) -> dict[str, int]:
    """The bytes of a folder's other files, by the first part of their paths."""
    sizes: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in inside:
            sizes[name.partition("/")[0]] += path.stat().st_size
    partly = {name.partition("/")[0] for name in inside}
    return {f"more of {key}" if key in partly else key: size for key, size in sizes.items()}


def _merged(members: Sequence[Member]) -> tuple[Member, ...]:
    """Each file once; UserError for two different ones of one name."""
    found: dict[str, Member] = {}
    for member in members:
        if found.setdefault(member.name, member).content != member.content:
            raise UserError(
                f"{member.name}: the runs have different files of this name; pack them one by one"
            )
    return tuple(found.values())


def _each_once(parts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for part in parts for line in part))
