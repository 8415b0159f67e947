"""A server that speaks SandboxFusion's protocol and stands in for an engine that somebody hosts.

It does with `POST /run_code` for Python what the engine's source does without isolation: code and
files in a fresh folder, `python` by a shell, standard output and error that nobody reads before the
process has ended (so that one who says too much hangs), the files asked for also from a run that
was stopped, and its answers, word by word.
"""

import base64
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from tests.planned_faults import Fault
from tests.sandbox.e2b_server.faults import Plan
from tests.sandbox.faulty_http import FaultyHandler, FaultyServer, at_work

_MOST_READ = 1 << 20


class Engine(FaultyServer):
    """The server; `folder` is its place for temporary files, and `python` where its Python lies."""

    def __init__(self, folder: Path, plan: Plan, port: int = 0) -> None:
        super().__init__(_Handler, plan, port)
        self.folder = folder
        self.python = str(Path(sys.executable).parent)
        self.runs_s: list[float] = []
        self.users: set[str] = set()
        self.most_at_once = 0
        self.num_now = 0
        self.lock = threading.Lock()

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        with self.lock:
            self.num_now += 1
            self.most_at_once = max(self.most_at_once, self.num_now)
        try:
            yield
        finally:
            with self.lock:
                self.num_now -= 1

    def run(self, body: dict[str, Any], num_lines: float | None) -> dict[str, Any]:
        """The answer to a request to run Python, killed once so many lines are in its file."""
        with tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as folder:
            for name, content in body.get("files", {}).items():
                Path(folder, name).write_bytes(base64.b64decode(content))
            with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".py", delete=False) as file:
                file.write(body["code"])
            result = self._run(f"python {file.name}", folder, body, num_lines)
            files = {
                name: base64.b64encode(path.read_bytes()).decode()
                for name in body.get("fetch_files", [])
                if (path := Path(folder, name)).is_file()
            }
        is_success = result["status"] == "Finished" and result["return_code"] == 0
        return {
            "status": "Success" if is_success else "Failed",
            "message": "",
            "compile_result": None,
            "run_result": result,
            "executor_pod_name": None,
            "files": files,
        }

    def _run(
        self, command: str, folder: str, body: dict[str, Any], num_lines: float | None
    ) -> dict[str, Any]:
        process = subprocess.Popen(
            command,
            shell=True,
            executable="/bin/bash",
            cwd=folder,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.write((body.get("stdin") or "").encode())
            process.stdin.close()
        if num_lines is not None:
            path = Path(folder, *body["fetch_files"])
            threading.Thread(target=_kill_after, args=(process, path, num_lines)).start()
        begin_s = time.monotonic()
        status = "Finished"
        try:
            process.wait(body.get("run_timeout", 10))
        except subprocess.TimeoutExpired:
            status = "TimeLimitExceeded"
            _kill(process.pid)
            process.wait()
        return {
            "status": status,
            "execution_time": time.monotonic() - begin_s,
            "return_code": process.returncode if status == "Finished" else None,
            "stdout": _read(process.stdout),
            "stderr": _read(process.stderr),
        }

    def _environment(self) -> dict[str, str]:
        """As that of the engine, but with a Python before and temporary files in its folder."""
        path = f"{self.python}:{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "TMPDIR": str(self.folder)}


@contextlib.contextmanager
def serving(folder: Path, plan: Plan | None = None, port: int = 0) -> Iterator[Engine]:
    """An engine while the block runs."""
    engine = Engine(folder, plan or Plan(), port)
    with at_work(engine):
        yield engine


class _Handler(FaultyHandler):
    server: Engine

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.bodies.append(text)
        self.server.runs_s.append(time.monotonic())
        user = self.headers.get("Authorization", "").removeprefix("Basic ")
        self.server.users.add(base64.b64decode(user).decode())
        body = json.loads(text)
        if self.path != "/run_code":
            self.answer(404, {"detail": "Not Found"})
        elif body["language"] != "python":
            self.answer(422, {"detail": [{"loc": ["body", "language"]}]})
        else:
            fault = self.server.plan.next("run_code")
            if not self.fails(fault):
                with self.server.counted():
                    self._run(body, fault or Fault(""))

    def _run(self, body: dict[str, Any], fault: Fault) -> None:
        if fault.kind == "silence":
            time.sleep(fault.amount)
        elif fault.kind == "SandboxError":
            message = f"exception on running code {body['code']}: it broke None"
            self.answer(200, {"status": "SandboxError", "message": message, "files": {}})
        else:
            is_to_die = fault.kind == "killed"
            answer = self.server.run(body, fault.amount if is_to_die else None)
            self._say(json.dumps(answer).encode(), fault)

    def _say(self, text: bytes, fault: Fault) -> None:
        """Send an answer, or a part of it."""
        sent = text[: int(fault.amount)] if fault.kind in ("reset", "truncated") else text
        claimed = text if fault.kind == "reset" else sent
        self.head(200, {"Content-Type": "application/json", "Content-Length": str(len(claimed))})
        self.wfile.write(sent)
        if fault.kind == "reset":
            self.reset()


def _kill_after(process: "subprocess.Popen[bytes]", path: Path, num_lines: float) -> None:
    while process.poll() is None:
        if path.is_file() and path.read_bytes().count(b"\n") >= num_lines:
            _kill(process.pid)
            return
        time.sleep(0.02)


def _kill(pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        for process in [*parent.children(recursive=True), parent]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def _read(stream: Any) -> str:
    """What is in a pipe, as the engine reads it: at most a mebibyte, which has to be UTF-8."""
    os.set_blocking(stream.fileno(), False)
    with stream:
        content = stream.read(_MOST_READ) or b""
    try:
        return str(content.decode())
    except UnicodeDecodeError as error:
        return f"[DecodeError] {error}"
