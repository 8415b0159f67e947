"""How an interpreter for slots is started: this environment's own, with a clean environment."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tarot.sandbox import memory_file

_ROOT = Path(__file__).parents[2]
_IMPORT = f"""
import sys
sys.path.insert(0, {str(_ROOT)!r})
import tarot.sandbox.slot
del sys.path[0]
"""
_MAIN = _IMPORT + "tarot.sandbox.slot.main()"
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def start_slot(words: Sequence[str], control: int, stderr: int) -> "subprocess.Popen[bytes]":
    """Execute a slot with `words` as its command line and the socket `control`.

    Its streams are files, since programs find their own files in the same places.
    """
    with contextlib.ExitStack() as files:
        streams = [memory_file.empty(name) for name in ("stdin", "stdout")]
        for stream in streams:
            files.callback(os.close, stream)
        return subprocess.Popen(
            [*_interpreter(_MAIN), *words],
            stdin=streams[0],
            stdout=streams[1],
            stderr=stderr,
            pass_fds=(control,),
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )


def output_of_script(script: str, modules: Sequence[str]) -> str:
    """What `script` prints in an interpreter like a slot's, with `modules` imported."""
    imports = "".join(f"import {module}\n" for module in modules)
    return subprocess.run(
        _interpreter(_IMPORT + imports + script),
        env=_ENVIRONMENT,
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def _interpreter(code: str) -> list[str]:
    return [sys.executable, "-s", "-P", "-c", code]
