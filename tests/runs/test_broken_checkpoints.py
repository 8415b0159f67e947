"""Whether a checkpoint still is what was saved."""

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tarot.runs.checkpoints import Found, find_whole, mark_complete
from tarot.runs.contents import BLOCK_BYTES, first_fault, notes_of
from tarot.types import UserError

Damage = Callable[[Path], object]
WEIGHTS = bytes(range(256)) * 1000
SHARD = "global_step4/rank_0.pt"


def checkpoint(folder: Path, step: int) -> Path:
    """One whole checkpoint with a subfolder, as sharded training writes it."""
    path = folder / f"checkpoint-{step}"
    (path / SHARD).parent.mkdir(parents=True)
    (path / "model.safetensors").write_bytes(WEIGHTS)
    (path / SHARD).write_bytes(b"state")
    mark_complete(path)
    return path


def zero(file: Path, start: int, size: int) -> None:
    with file.open("r+b") as content:
        content.seek(start)
        content.write(bytes(size))


DAMAGES: dict[str, tuple[Damage, str]] = {
    "cut off": (
        lambda path: os.truncate(path / "model.safetensors", 1000),
        "model.safetensors has 1000 of its 256000 bytes",
    ),
    "zeroed": (
        lambda path: zero(path / "model.safetensors", 100_000, 512),
        "model.safetensors is not what was saved",
    ),
    "shard gone": (lambda path: (path / SHARD).unlink(), f"{SHARD} is missing"),
    "shard zeroed": (lambda path: zero(path / SHARD, 0, 5), f"{SHARD} is not what was saved"),
    "marker zeroed": (
        lambda path: zero(path / "complete", 0, 40),
        "complete is not what was saved",
    ),
}


def test_the_marker_has_size_and_digest_of_every_file(tmp_path: Path) -> None:
    marker = checkpoint(tmp_path, 4) / "complete"
    assert json.loads(marker.read_text()) == {
        "model.safetensors": {"size": 256_000, "sha256": sha256(WEIGHTS).hexdigest()},
        SHARD: {"size": 5, "sha256": sha256(b"state").hexdigest()},
    }


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_broken_one_is_removed_and_the_one_before_gone_on_from(
    tmp_path: Path, damage: str
) -> None:
    before, last = checkpoint(tmp_path, 4), checkpoint(tmp_path, 10)
    break_it, cause = DAMAGES[damage]
    break_it(last)
    complaint = f"{last} is broken: {cause}; going on from checkpoint-4"
    assert find_whole(tmp_path) == Found(before, (complaint,))
    assert list(tmp_path.iterdir()) == [before]
    assert find_whole(tmp_path) == Found(before)


def test_where_none_is_whole_what_is_left_is_kept_under_another_name(tmp_path: Path) -> None:
    for _ in range(2):
        last = checkpoint(tmp_path, 4)
        os.truncate(last / SHARD, 1)
        complaint = (
            f"{last} is broken: {SHARD} has 1 of its 5 bytes; kept as broken-checkpoint-4, and no "
            "other is whole, so starting anew"
        )
        assert find_whole(tmp_path) == Found(None, (complaint,))
        assert [path.name for path in tmp_path.iterdir()] == ["broken-checkpoint-4"]
    assert (tmp_path / "broken-checkpoint-4" / "model.safetensors").read_bytes() == WEIGHTS


UNREADABLE: dict[str, tuple[str, str, str]] = {
    "weights": ("model.safetensors", "model.safetensors", "Too many levels of symbolic links"),
    "marker": ("complete", "/proc/self/mem", "Input/output error"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_one_that_cannot_be_read_is_left_alone_until_it_can(tmp_path: Path, name: str) -> None:
    before, last = checkpoint(tmp_path, 4), checkpoint(tmp_path, 10)
    file, target, cause = UNREADABLE[name]
    (last / file).rename(last / "aside")
    (last / file).symlink_to(target)
    with pytest.raises(UserError) as caught:
        find_whole(tmp_path)
    assert str(caught.value) == f"{last / file}: can't be read: {cause}; try again when it can"
    assert set(tmp_path.iterdir()) == {before, last}
    (last / "aside").rename(last / file)
    assert find_whole(tmp_path) == Found(last)


def test_what_is_added_to_a_checkpoint_is_no_damage(tmp_path: Path) -> None:
    last = checkpoint(tmp_path, 4)
    (last / "notes.txt").write_text("mine")
    assert find_whole(tmp_path) == Found(last)


def test_an_empty_marker_of_an_older_run_is_believed(tmp_path: Path) -> None:
    last = checkpoint(tmp_path, 4)
    (last / "complete").write_bytes(b"")
    os.truncate(last / SHARD, 1)
    assert find_whole(tmp_path) == Found(last)


def test_a_large_file_is_looked_at_in_blocks_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    """Sixteen blocks of the 76 that the file has begin at every fifth."""
    file = tmp_path / "large"
    file.touch()
    os.truncate(file, 76 * BLOCK_BYTES)
    notes = notes_of(tmp_path)
    seen = []
    for block in range(76):
        with file.open("r+b") as content:
            content.seek(block * BLOCK_BYTES)
            content.write(b"1")
        if first_fault(tmp_path, notes):
            seen.append(block)
        zero(file, block * BLOCK_BYTES, 1)
    assert seen == list(range(0, 76, 5))
