"""The plain launcher: one child process on this machine, which never outlives its parent.

It does not cover processes that the child itself starts and leaves behind: they are in the
child's process group, which is killed with it, but a kill of this process cannot reach them.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from tarot.runs.exits import Exit
from tarot.types import Outcome, Run, RunState

PR_SET_PDEATHSIG = 1
PROJECT = Path(__file__).parents[1]
STDERR_LOG = "stderr.log"

# Idle threads wait instead of spinning, which on a loaded CPU costs more than the work itself.
# Freed memory is kept: handing every large tensor's pages back and faulting them in again cost a
# fifth of the computing on top.
CPU_ENVIRONMENT = {
    "OMP_WAIT_POLICY": "passive",
    "MALLOC_MMAP_THRESHOLD_": str(8 * 2**30),
    "MALLOC_TRIM_THRESHOLD_": str(16 * 2**30),
    "CUDA_VISIBLE_DEVICES": "",
}

_libc = ctypes.CDLL(None, use_errno=True)


class LocalLauncher:
    """Runs the child to its end; stdout is shown, stderr goes to a file in the run directory."""

    def __init__(self, tail_lines: int = 15) -> None:
        """Keep how many of the last lines of stderr a failure shows."""
        self._tail_lines = tail_lines

    def launch(self, run: Run) -> Outcome:
        """Start the child and wait; SIGINT and SIGTERM are passed on, a second one kills it."""
        hardware = _hardware(run)
        if hardware["processes"] != 1:
            line = f"hardware.processes={hardware['processes']}: launcher=local starts one process"
            return Outcome(RunState.FAILED, f"{line}; set hardware.processes=1", Exit.USER_ERROR)
        log = Path(run.directory) / STDERR_LOG
        start = log.stat().st_size if log.exists() else 0
        with log.open("ab") as stderr:
            child = subprocess.Popen(
                run.command,
                stderr=stderr,
                env=child_environment(os.environ, hardware),
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )
            try:
                with _signals_to(child):
                    code = child.wait()
            finally:
                _kill_group(child)
        return _outcome(code, _tail(log, start, self._tail_lines))


def child_environment(
    environment: Mapping[str, str], hardware: Mapping[str, object]
) -> dict[str, str]:
    """The environment of the child: threads as configured, and imports as in the parent."""
    parts = (os.getcwd(), str(PROJECT), environment.get("PYTHONPATH"))
    path = os.pathsep.join(dict.fromkeys(part for part in parts if part))
    child = {**environment, "PYTHONPATH": path, "TOKENIZERS_PARALLELISM": "false"}
    if hardware["device"] == "cpu":
        child |= {"OMP_NUM_THREADS": str(hardware["threads"]), **CPU_ENVIRONMENT}
    return child


def _hardware(run: Run) -> Mapping[str, object]:
    config = json.loads((Path(run.directory) / "config.json").read_text(encoding="utf-8"))
    hardware: Mapping[str, object] = config["hardware"]
    return hardware


def _die_with(parent: int) -> Callable[[], None]:
    def ask_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return ask_kernel


@contextlib.contextmanager
def _signals_to(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Passes on the first signal, so that the child can save; the second one ends it."""
    received: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if len(received) == 1:
            child.send_signal(number)
        else:
            _kill_group(child)

    kept = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _kill_group(child: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _tail(log: Path, start: int, num_lines: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-num_lines:])


def _outcome(code: int, tail: str) -> Outcome:
    if code == 0:
        return Outcome(RunState.FINISHED)
    if code in (Exit.INTERRUPTED, -signal.SIGINT, -signal.SIGTERM):
        return Outcome(RunState.INTERRUPTED)
    if code < 0:
        tail += f"\nkilled by {signal.Signals(-code).name}"
    return Outcome(RunState.FAILED, tail.strip(), exit_code=code)
