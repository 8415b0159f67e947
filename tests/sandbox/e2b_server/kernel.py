"""A context of the server: a process that executes the code that it is sent, and keeps its state.

It reads one JSON string a line from stdin and writes what the service streams as JSON lines.
"""

import io
import json
import os
import signal
import sys
import time
import traceback
from typing import Any

_PIECE = 700
"""Text is passed on in pieces, as a real kernel does, so that lines come torn."""

_out = os.fdopen(os.dup(1), "w", encoding="utf-8")


def emit(kind: str, **fields: object) -> None:
    _out.write(json.dumps({"type": kind, **fields}) + "\n")
    _out.flush()


class Stream(io.TextIOBase):
    """What the code prints, as messages."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._text = ""

    def write(self, text: str) -> int:
        self._text += text
        return len(text)

    def flush(self) -> None:
        text, self._text = self._text, ""
        for start in range(0, len(text), _PIECE):
            piece = text[start : start + _PIECE]
            emit(self._name, text=piece, timestamp=time.time_ns())


class Kernel:
    """Names that last from one execution to the next; an interrupt ends only what is under way."""

    def __init__(self) -> None:
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._is_busy = False
        signal.signal(signal.SIGINT, self._interrupt)

    def execute(self, code: str) -> None:
        try:
            self._is_busy = True
            exec(compile(code, "<cell>", "exec"), self._names)
            self._is_busy = False
        except BaseException as error:
            self._is_busy = False
            lines = traceback.format_exc()
            emit("error", name=type(error).__name__, value=str(error), traceback=lines)

    def _interrupt(self, *_: object) -> None:
        if self._is_busy:
            raise KeyboardInterrupt


def serve() -> None:
    kernel = Kernel()
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    sys.stdin = io.StringIO()
    for number, line in enumerate(requests, start=1):
        emit("number_of_executions", execution_count=number)
        kernel.execute(json.loads(line))
        sys.stdout.flush()
        sys.stderr.flush()
        emit("end_of_execution")


if __name__ == "__main__":
    serve()
