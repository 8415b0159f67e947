"""`tarot export`: a checkpoint of a run as a folder that stands by itself, checked."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tarot.cli.command import typed_command
from tarot.cli.composition import compose
from tarot.cli.outputs import check_folder
from tarot.config.exporting import ExportConfig
from tarot.config.validation import parse
from tarot.runs import RunDirectory
from tarot.runs.exits import ChildFailure, Exit
from tarot.runs.exports import Export
from tarot.types import UserError


def run(arguments: Sequence[str]) -> int:
    """Export every checkpoint that the arguments name; the exit code is that of the worst."""
    jobs = [parse(ExportConfig, job.config) for job in compose("export", arguments)]
    exports = [_planned(job) for job in jobs]
    if any(job.dry_run for job in jobs):
        for export in exports:
            sys.stdout.write(_announcement(export))
        return Exit.OK
    typed = typed_command("export", arguments)
    return max([_export(export, typed) for export in exports], default=Exit.OK)


def _planned(config: ExportConfig) -> Export:
    """UserError for a run, a step or a folder that can't be."""
    directory = RunDirectory.open(Path(config.run))
    checkpoint = directory.checkpoint_of(config.step)
    if checkpoint is None:
        raise UserError(f"run={config.run}: the run has no checkpoint yet; wait, or resume it")
    check_folder("out", config.out)
    dtype = config.dtype or directory.config()["hardware"]["dtype"]
    return Export(directory, checkpoint, dtype, Path(config.out))


def _announcement(export: Export) -> str:
    state = "not exported yet" if export.record() is None else "there already"
    return f"{export.folder}: {export.checkpoint} in {export.dtype}, {state}\n"


def _export(export: Export, typed: str) -> int:
    if export.record() is not None:
        sys.stdout.write(f"{export.folder} is finished; nothing to do\n")
        return Exit.OK
    try:
        record = export.make()
    except ChildFailure as failure:
        sys.stderr.write(f"{failure}; nothing was exported\n")
        return failure.code
    except KeyboardInterrupt:
        sys.stderr.write(f"stopped; nothing was exported, type it again: {typed}\n")
        return Exit.INTERRUPTED
    sys.stdout.write(_finding(export, record) + _quantized(export) + "\n")
    return Exit.OK


def _finding(export: Export, record: Mapping[str, Any]) -> str:
    same, prompts = record["same"], record["prompts"]
    found = (
        f"{export.folder}: step {export.step} of {export.run.path} in {export.dtype}; to {same} of "
        f"{prompts} prompts it answers as the checkpoint, token by token"
    )
    if same == prompts:
        return f"{found} ({record['tokens']} in all)"
    return (
        f"{found}; the merge is right in float32, and rounding to {export.dtype} changes the "
        "others: dtype=float32 keeps them"
    )


def _quantized(export: Export) -> str:
    """What was not compared where the adapters were trained beside weights that were rounded."""
    if export.quantization is None:
        return ""
    return (
        f"; both are of whole weights, and not of those in four bits ({export.quantization}) "
        "beside which its adapters were trained"
    )
