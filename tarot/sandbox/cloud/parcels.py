"""What goes to a sandbox and what comes back, as text: jobs in one parcel, executions line by line.

Both ends use this module: it needs nothing beyond the standard library and `tarot.types`.
"""

import base64
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from tarot.types import Execution, Job, Limits, Program, StopReason

_MARK = "tarot"


def pack(jobs: Sequence[Job]) -> str:
    """Sources, inputs and limits, and nothing else, in letters that need no quoting."""
    records = [
        {
            "source": _packed(job.program.source.encode("utf-8", "surrogatepass")),
            "stdin": _packed(job.stdin),
            "limits": asdict(job.limits),
        }
        for job in jobs
    ]
    return base64.b64encode(zlib.compress(json.dumps(records).encode())).decode()


def unpack(parcel: str) -> list[Job]:
    """The jobs that `pack` packed."""
    return [
        Job(
            program=Program(_unpacked(record["source"]).decode("utf-8", "surrogatepass")),
            stdin=_unpacked(record["stdin"]),
            limits=Limits(**record["limits"]),
        )
        for record in json.loads(zlib.decompress(base64.b64decode(parcel)))
    ]


def line(request: str, number: int, execution: Execution) -> str:
    """What became of a request's job, in one line."""
    record = {
        _MARK: request,
        "number": number,
        "stdout": _packed(zlib.compress(execution.stdout)),
        "stderr": _packed(zlib.compress(execution.stderr)),
        "exit_code": execution.exit_code,
        "cpu_s": execution.cpu_s,
        "wall_s": execution.wall_s,
        "peak_mb": execution.peak_mb,
        "stopped_by": execution.stopped_by,
    }
    return json.dumps(record) + "\n"


def greeting(request: str, layers: frozenset[str], fault: str = "") -> str:
    """A runner's first line: its layers, or why it can't run."""
    return json.dumps({_MARK: request, "layers": sorted(layers), "fault": fault}) + "\n"


def end(request: str, num_left: int) -> str:
    """A runner's last line: how many jobs of a request it had no time to begin."""
    return json.dumps({_MARK: request, "left": num_left}) + "\n"


def execution_of(record: dict[str, Any]) -> Execution:
    """What a line says."""
    stop = record["stopped_by"]
    return Execution(
        stdout=zlib.decompress(_unpacked(record["stdout"])),
        stderr=zlib.decompress(_unpacked(record["stderr"])),
        exit_code=record["exit_code"],
        cpu_s=record["cpu_s"],
        wall_s=record["wall_s"],
        peak_mb=record["peak_mb"],
        stopped_by=None if stop is None else StopReason(stop),
    )


class Lines:
    """Lines of one request, put together from pieces; what else is in the stream is passed over.

    A piece that comes twice, as its time shows, counts once.
    """

    def __init__(self, request: str, on_record: Callable[[dict[str, Any]], None]) -> None:
        """Tell `on_record` every record of `request` as it comes."""
        self._request = request
        self._on_record = on_record
        self._torn = ""
        self._last: tuple[str, object] | None = None

    def add(self, piece: str, moment: object) -> None:
        """Take the next piece."""
        if (piece, moment) == self._last:
            return
        self._last = piece, moment
        *whole, self._torn = (self._torn + piece).split("\n")
        for text in whole:
            record = _record(text)
            if record.get(_MARK) == self._request:
                self._on_record(record)


def _record(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _packed(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text)
