"""Which training processes share what in the checkpoints of a run.

Optimizer states that are shared lie there in parts, one for each process, so a run goes on only
with as many processes and the same sharding; without sharding it goes on with any number.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarot.runs.files import read_json, write_json
from tarot.types import UserError

_FILE = "sharding.json"


def note_layout(hardware: Mapping[str, Any], checkpoints: Path) -> None:
    """Note beside the checkpoints who shares what in them."""
    checkpoints.mkdir(exist_ok=True)
    write_json(checkpoints / _FILE, _layout(hardware))


def check_layout(hardware: Mapping[str, Any], checkpoints: Path, resumed: Path) -> None:
    """UserError if the checkpoint to go on from has parts that these processes can't take up."""
    path, own = checkpoints / _FILE, _layout(hardware)
    saved = read_json(path) if path.exists() else own
    if saved != own and (saved["sharding"] or own["sharding"]):
        settings = " ".join(f"hardware.{key}={value or 'null'}" for key, value in saved.items())
        raise UserError(
            f"hardware.sharding={own['sharding'] or 'null'}: {own['processes']} processes can't go "
            f"on from {resumed}, whose optimizer is saved in the parts of others; keep {settings}"
        )


def _layout(hardware: Mapping[str, Any]) -> dict[str, str | int | None]:
    return {"processes": hardware["processes"], "sharding": hardware.get("sharding")}
