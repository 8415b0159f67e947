"""An HTTP server with E2B's interfaces: the API's, and that of a code interpreter's sandbox.

It serves what `e2b` and `e2b_code_interpreter` call, at one address for both
(`E2B_API_URL`, `E2B_SANDBOX_URL`): creating with an API key and an idempotency key, listing by
metadata in pages, killing and renewing; health, contexts, and executions that stream JSON lines.
Code is really executed, in a process for each context. Paths, headers, codes and bodies are those
of the SDK's source and of the open source of the code interpreter's template.
"""

import contextlib
import json
import os
import socket
import struct
import threading
import time
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.sandbox.e2b_server.cloud import Cloud, Context, Sandbox
from tests.sandbox.e2b_server.faults import Fault, Plan

_PAGE = 2


class Server(ThreadingHTTPServer):
    """The server, in threads of this process."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, cloud: Cloud, plan: Plan, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.cloud = cloud
        self.plan = plan
        self.bodies: list[str] = []
        self.executions_s: list[float] = []
        self._clients: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the SDK finds this server."""
        urls = dict.fromkeys(("E2B_API_URL", "E2B_SANDBOX_URL"), self.url)
        return {"E2B_API_KEY": self.cloud.key, **urls}

    def get_request(self) -> tuple[socket.socket, Any]:
        client, address = super().get_request()
        self._clients.append(client)
        return client, address

    def cut(self) -> None:
        """Break off every connection."""
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is nothing to report."""


@contextlib.contextmanager
def serving(cloud: Cloud, plan: Plan, port: int = 0) -> Iterator[Server]:
    """A server while the block runs."""
    server = Server(cloud, plan, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        server.cut()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            super().handle()

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
            self._answer(401, {"code": 401, "message": "Invalid API key"})
        elif words == ["v2", "sandboxes"] and self.command == "POST":
            cloud.asked_s.append(time.monotonic())
            fault = self.server.plan.next("create")
            if not self._fails(fault):
                self._create(body, fault)
        elif words == ["v2", "sandboxes"]:
            self._list(query)
        elif words[0] == "sandboxes" and self.command == "DELETE":
            is_found = cloud.kill(words[1])
            self._answer(204 if is_found else 404, None if is_found else _not_found())
        elif words[2:] == ["timeout"] and not self._fails(self.server.plan.next("timeout")):
            self._renew(words[1], body)

    def _create(self, order: dict[str, Any], fault: Fault | None) -> None:
        sandbox = self.server.cloud.create(order, self.headers.get("Idempotency-Key"))
        if fault is not None and fault.kind == "reset":
            self._reset()
        elif sandbox is None:
            self._answer(429, {"code": 429, "message": "too many sandboxes at once"})
        else:
            token = {"envdAccessToken": f"token-{sandbox.id}", "domain": None}
            self._answer(201, {**sandbox.listed(), **token})

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
        self._answer(200, found[start:end], headers)

    def _renew(self, sandbox_id: str, body: dict[str, Any]) -> None:
        sandbox = self.server.cloud.find(sandbox_id)
        if sandbox is None:
            self._answer(404, _not_found())
        else:
            self.server.cloud.extend(sandbox, body["timeout"])
            self._answer(204, None)

    def _sandbox(self, words: list[str], body: Any) -> None:
        """What the proxy in front of all sandboxes passes on, by its header."""
        sandbox = self.server.cloud.find(self.headers.get("E2b-Sandbox-Id", ""))
        if sandbox is None:
            self._answer(502, {"code": 502, "message": "The sandbox was not found"})
        elif words == ["health"]:
            self._answer(204, None)
        elif words[0] == "contexts":
            if not self._fails(self.server.plan.next("contexts")):
                self._contexts(sandbox, words)
        elif words == ["execute"]:
            self.server.executions_s.append(time.monotonic())
            fault = self.server.plan.next("execute")
            if not self._fails(fault):
                self._execute(sandbox, body, fault)

    def _contexts(self, sandbox: Sandbox, words: list[str]) -> None:
        cloud = self.server.cloud
        if self.command == "POST":
            context = cloud.new_context(sandbox)
            self._answer(200, {"id": context.id, "language": "python", "cwd": "/home/user"})
        elif self.command == "DELETE" and cloud.remove_context(sandbox, words[1]):
            self._answer(200, None)
        else:
            self._answer(404, f"Context {words[1:]} not found")

    def _execute(self, sandbox: Sandbox, body: dict[str, Any], fault: Fault | None) -> None:
        assert self.headers.get("X-Access-Token") == f"token-{sandbox.id}"
        context = sandbox.contexts.get(body["context_id"])
        if context is None:
            self._answer(404, f"Context {body['context_id']} not found")
            return
        with context.turn:
            context.send(body["code"])
            try:
                self._head(200, {"Transfer-Encoding": "chunked"})
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
                self._reset()
                return
            if kind == "silence" and num_lines > 1:
                time.sleep(amount)
                raise TimeoutError("silent for good")
            if kind in ("reset", "truncated") and num_bytes + len(line) > amount:
                self._chunk(line[: int(amount) - num_bytes])
                self._abandon(context)
                self._reset() if kind == "reset" else self._chunk(b"")
                return
            num_bytes += len(line)
            self._chunk(line * 2 if kind == "duplicated" else line)
            if line == b'{"type": "end_of_execution"}\n':
                break
        self._chunk(b"")

    def _abandon(self, context: Context) -> None:
        """Interrupt the context and read what it says until it is ready for more."""
        context.interrupt()
        while context.line() not in (b"", b'{"type": "end_of_execution"}\n'):
            pass

    def _fails(self, fault: Fault | None) -> bool:
        """Whether the fault is the whole answer."""
        kind = fault.kind if fault else ""
        if fault is not None and kind == "latency":
            time.sleep(fault.amount)
        elif fault is not None and kind == "429":
            body = {"code": 429, "message": "too many requests"}
            self._answer(429, body, {"Retry-After": str(int(fault.amount))})
        elif kind in ("500", "502"):
            self._answer(int(kind), {"code": int(kind), "message": "broken"})
        return kind in ("429", "500", "502")

    def _answer(self, code: int, body: Any, headers: dict[str, str] | None = None) -> None:
        text = b"" if body is None else json.dumps(body).encode()
        length = {} if code == 204 else {"Content-Length": str(len(text))}
        self._head(code, {"Content-Type": "application/json", **length, **(headers or {})})
        self.wfile.write(text)

    def _head(self, code: int, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _chunk(self, text: bytes) -> None:
        self.wfile.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")

    def _reset(self) -> None:
        """End the connection as a machine does that is suddenly gone."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        os.close(self.connection.detach())


def _not_found() -> dict[str, Any]:
    return {"code": 404, "message": "sandbox not found"}
