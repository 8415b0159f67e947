"""An HTTP server with E2B's interfaces: the API's, and that of a code interpreter's sandbox.

It serves what `e2b` and `e2b_code_interpreter` call, at one address for both
(`E2B_API_URL`, `E2B_SANDBOX_URL`): creating with an API key and an idempotency key, listing by
metadata in pages, killing and renewing; health, contexts, and executions that stream JSON lines.
Code is really executed, in a process for each context. Paths, headers, codes and bodies are those
of the SDK's source and of the open source of the code interpreter's template.
"""

import contextlib
import json
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

from tests.planned_faults import Fault
from tests.sandbox.e2b_server.cloud import Cloud, Context, Sandbox
from tests.sandbox.e2b_server.faults import Plan
from tests.sandbox.faulty_http import FaultyHandler, FaultyServer, at_work

_PAGE = 2


class Server(FaultyServer):
    """The server, in threads of this process."""

    def __init__(self, cloud: Cloud, plan: Plan, port: int = 0) -> None:
        super().__init__(_Handler, plan, port)
        self.cloud = cloud
        self.executions_s: list[float] = []

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the SDK finds this server."""
        urls = dict.fromkeys(("E2B_API_URL", "E2B_SANDBOX_URL"), self.url)
        return {"E2B_API_KEY": self.cloud.key, **urls}


@contextlib.contextmanager
def serving(cloud: Cloud, plan: Plan, port: int = 0) -> Iterator[Server]:
    """A server while the block runs."""
    server = Server(cloud, plan, port)
    with at_work(server):
        yield server


class _Handler(FaultyHandler):
    server: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length).decode()
        self.server.bodies.append(f"{self.path} {text}")
        path = urllib.parse.urlsplit(self.path)
        words = path.path.strip("/").split("/")
        body = json.loads(text) if text else {}
        if words[0] in ("v2", "sandboxes"):
            self._api(words, body, dict(urllib.parse.parse_qsl(path.query)))
        else:
            self._sandbox(words, body)

    def _api(self, words: list[str], body: Any, query: dict[str, str]) -> None:
        cloud = self.server.cloud
        if self.headers.get("X-API-KEY") != cloud.key:
            self.answer(401, {"code": 401, "message": "Invalid API key"})
        elif words == ["v2", "sandboxes"] and self.command == "POST":
            cloud.asked_s.append(time.monotonic())
            fault = self.server.plan.next("create")
            if not self.fails(fault):
                self._create(body, fault)
        elif words == ["v2", "sandboxes"]:
            self._list(query)
        elif words[0] == "sandboxes" and self.command == "DELETE":
            is_found = cloud.kill(words[1])
            self.answer(204 if is_found else 404, None if is_found else _not_found())
        elif words[2:] == ["timeout"] and not self.fails(self.server.plan.next("timeout")):
            self._renew(words[1], body)

    def _create(self, order: dict[str, Any], fault: Fault | None) -> None:
        sandbox = self.server.cloud.create(order, self.headers.get("Idempotency-Key"))
        if fault is not None and fault.kind == "reset":
            self.reset()
        elif sandbox is None:
            self.answer(429, {"code": 429, "message": "too many sandboxes at once"})
        else:
            token = {"envdAccessToken": f"token-{sandbox.id}", "domain": None}
            self.answer(201, {**sandbox.listed(), **token})

    def _list(self, query: dict[str, str]) -> None:
        wanted = {
            urllib.parse.unquote(key): urllib.parse.unquote(value)
            for key, value in urllib.parse.parse_qsl(query.get("metadata", ""))
        }
        found = [
            sandbox.listed()
            for sandbox in self.server.cloud.live()
            if wanted.items() <= sandbox.order.get("metadata", {}).items()
        ]
        start = int(query.get("nextToken", 0))
        end = start + min(_PAGE, int(query.get("limit", _PAGE)))
        headers = {"x-next-token": str(end)} if end < len(found) else {}
        self.answer(200, found[start:end], headers)

    def _renew(self, sandbox_id: str, body: dict[str, Any]) -> None:
        sandbox = self.server.cloud.find(sandbox_id)
        if sandbox is None:
            self.answer(404, _not_found())
        else:
            self.server.cloud.extend(sandbox, body["timeout"])
            self.answer(204, None)

    def _sandbox(self, words: list[str], body: Any) -> None:
        """What the proxy in front of all sandboxes passes on, by its header."""
        sandbox = self.server.cloud.find(self.headers.get("E2b-Sandbox-Id", ""))
        if sandbox is None:
            self.answer(502, {"code": 502, "message": "The sandbox was not found"})
        elif words == ["health"]:
            self.answer(204, None)
        elif words[0] == "contexts":
            if not self.fails(self.server.plan.next("contexts")):
                self._contexts(sandbox, words)
        elif words == ["execute"]:
            self.server.executions_s.append(time.monotonic())
            fault = self.server.plan.next("execute")
            if not self.fails(fault):
                self._execute(sandbox, body, fault)

    def _contexts(self, sandbox: Sandbox, words: list[str]) -> None:
        cloud = self.server.cloud
        if self.command == "POST":
            context = cloud.new_context(sandbox)
            self.answer(200, {"id": context.id, "language": "python", "cwd": "/home/user"})
        elif self.command == "DELETE" and cloud.remove_context(sandbox, words[1]):
            self.answer(200, None)
        else:
            self.answer(404, f"Context {words[1:]} not found")

    def _execute(self, sandbox: Sandbox, body: dict[str, Any], fault: Fault | None) -> None:
        assert self.headers.get("X-Access-Token") == f"token-{sandbox.id}"
        context = sandbox.contexts.get(body["context_id"])
        if context is None:
            self.answer(404, f"Context {body['context_id']} not found")
            return
        with context.turn:
            context.send(body["code"])
            try:
                self.head(200, {"Transfer-Encoding": "chunked"})
                self._stream(sandbox, context, fault)
            except OSError:
                self._abandon(context)
                raise

    def _stream(self, sandbox: Sandbox, context: Context, fault: Fault | None) -> None:
        """Pass on what the context says; OSError where the client goes away."""
        kind, amount = (fault.kind, fault.amount) if fault else ("", 0.0)
        num_bytes = num_lines = 0
        while line := context.line(self.connection):
            num_lines += 1
            if kind == "death" and num_lines > amount:
                self.server.cloud.kill(sandbox.id)
                self.reset()
                return
            if kind == "silence" and num_lines > 1:
                time.sleep(amount)
                raise TimeoutError("silent for good")
            if kind in ("reset", "truncated") and num_bytes + len(line) > amount:
                self.chunk(line[: int(amount) - num_bytes])
                self._abandon(context)
                self.reset() if kind == "reset" else self.chunk(b"")
                return
            num_bytes += len(line)
            self.chunk(line * 2 if kind == "duplicated" else line)
            if line == b'{"type": "end_of_execution"}\n':
                break
        self.chunk(b"")

    def _abandon(self, context: Context) -> None:
        """Interrupt the context and read what it says until it is ready for more."""
        context.interrupt()
        while context.line() not in (b"", b'{"type": "end_of_execution"}\n'):
            pass


def _not_found() -> dict[str, Any]:
    return {"code": 404, "message": "sandbox not found"}
