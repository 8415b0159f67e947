"""Writes to a disk that is full, on one that really is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarot.runs import RunDirectory, StepLog, write_atomically
from tarot.runs.full_disk import full_disk_told
from tarot.types import UserError
from tests.small_disk import resize, small_disk

SIZE_KB = 256


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", SIZE_KB):
        yield tmp_path / "disk"


def line(folder: Path) -> str:
    return f"{folder}: the disk is full; make space, then give the same command again"


def test_a_file_that_does_not_fit_is_one_line_and_takes_no_space(disk: Path) -> None:
    write_atomically(disk / "file", b"old")
    with pytest.raises(UserError) as caught:
        write_atomically(disk / "file", bytes(SIZE_KB * 1024))
    assert str(caught.value) == line(disk)
    assert [path.name for path in disk.iterdir()] == ["file"]
    assert (disk / "file").read_bytes() == b"old"


def test_a_line_that_does_not_fit_into_the_log_is_one_line_and_the_log_goes_on(disk: Path) -> None:
    run = RunDirectory(disk)
    run.log.append({"step": 1})
    with pytest.raises(UserError) as caught:
        run.log.append({"step": 2, "text": "x" * SIZE_KB * 1024})
    assert str(caught.value) == line(disk)
    resize(disk, 4 * SIZE_KB)
    run.cut_back(1)
    run.log.append({"step": 2})
    assert [json.loads(text)["step"] for text in run.log.path.read_text().splitlines()] == [1, 2]


def test_an_error_that_hides_its_cause_is_of_the_disk_where_that_has_no_room(disk: Path) -> None:
    """PyTorch says of a full disk that a position is unexpected, and names no cause."""
    (disk / "filler").write_bytes(bytes((SIZE_KB - 32) * 1024))
    with pytest.raises(UserError) as caught, full_disk_told(disk / "checkpoints"):
        raise RuntimeError("unexpected pos 576 vs 534")
    assert str(caught.value) == line(disk / "checkpoints")
    (disk / "filler").unlink()
    with pytest.raises(RuntimeError), full_disk_told(disk / "checkpoints"):
        raise RuntimeError("unexpected pos 576 vs 534")


def test_an_error_of_another_kind_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        StepLog(tmp_path).append({"step": 1})
