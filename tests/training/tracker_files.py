"""What trackers have on the disk of a run, read back step by step."""

import json
import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from wandb.proto.wandb_internal_pb2 import Record  # type: ignore[attr-defined]  # generated

Steps = list[tuple[int, dict[str, Any]]]

WANDB_HEADER = 7
WANDB_BLOCK = 2**15
CHUNK_HEADER = struct.Struct("<IHB")  # checksum, length, kind
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


def tensorboard_steps(folder: Path) -> Steps:
    """By TensorBoard's own reader, with all that it does not hold void."""
    events = _accumulated(folder)
    steps: dict[int, dict[str, Any]] = {}
    for name in events.Tags()["scalars"]:
        for event in events.Scalars(name):
            assert name not in steps.setdefault(event.step, {}), f"{name} twice in {event.step}"
            steps[event.step][name] = event.value
    return sorted(steps.items())


def tensorboard_config(folder: Path) -> dict[str, Any]:
    """The config that is a text beside the scalars."""
    (text, *_) = _accumulated(folder).Tensors("config/text_summary")
    content = text.tensor_proto.string_val[0].decode()
    config: dict[str, Any] = json.loads(content.removeprefix("```\n").removesuffix("\n```"))
    return config


def trackio_steps(folder: Path, run_id: str) -> Steps:
    """The rows of trackio's database in the order in which they were written."""
    rows = _trackio_rows(folder, "SELECT step, metrics FROM metrics WHERE run_name=?", run_id)
    return [(step, json.loads(metrics)) for step, metrics in rows]


def trackio_config(folder: Path, run_id: str) -> dict[str, Any]:
    """The config of the one run of this name."""
    ((text,),) = _trackio_rows(folder, "SELECT config FROM configs WHERE run_name=?", run_id)
    config: dict[str, Any] = json.loads(text)
    return config


def wandb_records(folder: Path) -> Iterator[Record]:
    """The records in the file of one wandb run, in wandb's own schema.

    Chunks as in a log of LevelDB; a record that a kill has torn is left out.
    """
    (file,) = folder.glob("*.wandb")
    content = file.read_bytes()
    assert content.startswith(b":W&B")
    place, parts = WANDB_HEADER, b""
    while place + CHUNK_HEADER.size <= len(content):
        if WANDB_BLOCK - place % WANDB_BLOCK < CHUNK_HEADER.size:
            place += WANDB_BLOCK - place % WANDB_BLOCK
            continue
        _, length, kind = CHUNK_HEADER.unpack_from(content, place)
        place += CHUNK_HEADER.size
        if kind not in (FULL, FIRST, MIDDLE, LAST) or place + length > len(content):
            return
        parts += content[place : place + length]
        place += length
        if kind in (FULL, LAST):
            yield Record.FromString(parts)
            parts = b""


def wandb_steps(folder: Path) -> Steps:
    """The history of one wandb run, without wandb's own figures."""
    return [
        (record.history.step.num, _named(record.history.item))
        for record in wandb_records(folder)
        if record.WhichOneof("record_type") == "history"
    ]


def wandb_config(folder: Path) -> dict[str, Any]:
    """The config that the run began with."""
    (run,) = (r.run for r in wandb_records(folder) if r.WhichOneof("record_type") == "run")
    return _named(run.config.update)


def wandb_exit_code(folder: Path) -> int | None:
    """The code that the run was closed with, None if it never was."""
    exits = [r.exit for r in wandb_records(folder) if r.WhichOneof("record_type") == "exit"]
    return exits[0].exit_code if exits else None


def _named(items: Any) -> dict[str, Any]:
    pairs = (("/".join(item.nested_key) or item.key, item.value_json) for item in items)
    return {name: json.loads(value) for name, value in pairs if not name.startswith("_")}


def _accumulated(folder: Path) -> EventAccumulator:
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    return events


def _trackio_rows(folder: Path, query: str, run_id: str) -> list[tuple[Any, ...]]:
    (database,) = folder.glob("*.db")
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute(f"{query} ORDER BY id", (run_id,)).fetchall()
