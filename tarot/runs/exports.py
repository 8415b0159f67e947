"""Exports: a checkpoint of a run as a folder whose weights stand by themselves.

A process of its own makes the folder, under another name until all of it is written and checked.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tarot.config.schema import HardwareConfig
from tarot.runs.cache import build_once
from tarot.runs.checkpoints import MARKER, checkpoint_step, fault_of
from tarot.runs.child import command_of
from tarot.runs.child_environment import computing_environment
from tarot.runs.children import Children, signals
from tarot.runs.directory import RunDirectory
from tarot.runs.exits import check_child
from tarot.runs.files import read_json
from tarot.runs.full_disk import full_disk_told
from tarot.types import UserError

MODULE = "tarot.training.exporting"
FACTS = "tarot"
"""The folder, beside the weights, of what made them."""
RECORD = f"{FACTS}/export.json"
ADAPTER = "adapter_config.json"
"""What a checkpoint of low-rank adapters has in place of a model's config."""


@dataclass(frozen=True, slots=True)
class Export:
    """A checkpoint of a run, and the folder for its weights in a number format of torch."""

    run: RunDirectory
    checkpoint: Path
    dtype: str
    folder: Path

    @property
    def step(self) -> int:
        """The step after which the checkpoint was written."""
        return checkpoint_step(self.checkpoint)

    @property
    def quantization(self) -> str | None:
        """How the run held the weights of its adapters, which are whole in an export."""
        lora = self.run.config()["lora"]
        found: str | None = lora and lora.get("quantization")
        return found

    def identity(self) -> dict[str, Any]:
        """What tells its weights from those of any other export."""
        marker = (self.checkpoint / MARKER).read_bytes()
        return {
            "checkpoint": hashlib.sha256(marker).hexdigest()[:12],
            "config_sha": read_json(self.run.identity_path)["sha"],
            "dtype": self.dtype,
            "step": self.step,
        }

    def record(self) -> dict[str, Any] | None:
        """What the finished export says of itself; None before there is one.

        UserError where the folder is another's.
        """
        if not self.folder.exists() or (self.folder.is_dir() and not any(self.folder.iterdir())):
            return None
        if not (self.folder / RECORD).is_file():
            raise UserError(f"out: {self.folder} is there and holds no export; name another folder")
        record: dict[str, Any] = read_json(self.folder / RECORD)
        own = self.identity()
        differing = [key for key, value in own.items() if record.get(key) != value]
        if differing:
            theirs = ", ".join(f"{key} {record.get(key)} and not {own[key]}" for key in differing)
            raise UserError(f"out: {self.folder} holds another export ({theirs}); name another")
        return record

    def make(self, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
        """Make the folder unless it is there, and give its record; whatever goes wrong leaves none.

        Raises:
            UserError: for what the user has to mend, as a checkpoint that is broken.
            ChildFailure: if the process failed, or the weights in the folder are not the run's.
            KeyboardInterrupt: once a signal has come.
        """
        record = self.record()
        return self._made(environment) if record is None else record

    def _made(self, environment: Mapping[str, str]) -> dict[str, Any]:
        fault = fault_of(self.checkpoint)
        if fault is not None:
            raise UserError(f"{self.checkpoint} is broken: {fault}; take another step")
        if self.folder.exists():
            self.folder.rmdir()
        with full_disk_told(self.folder.parent):
            build_once(self.folder, lambda making: self._run_child(making, environment))
        record: dict[str, Any] = read_json(self.folder / RECORD)
        return record

    def _run_child(self, making: Path, environment: Mapping[str, str]) -> None:
        hardware = HardwareConfig(**self.run.config()["hardware"])
        with (
            TemporaryDirectory() as scratch,
            Children() as children,
            signals(lambda _: children.kill(), children.kill) as received,
        ):
            variables = computing_environment(environment, hardware)
            child = children.start(self._command(making), Path(scratch) / "export.log", variables)
            code = child.process.wait()
            if received:
                raise KeyboardInterrupt
            check_child("the export", code, child.log.text())

    def _command(self, making: Path) -> list[str]:
        paths = map(str, (self.run.path, self.checkpoint, self.folder, making))
        return command_of(MODULE, *paths, self.dtype)
