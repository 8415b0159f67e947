"""An HTTP server that fails as planned, for the stand-ins of services."""

import contextlib
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.planned_faults import Fault
from tests.sandbox.e2b_server.faults import Plan


class FaultyServer(ThreadingHTTPServer):
    """A server in threads of this process."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, handler: type[BaseHTTPRequestHandler], plan: Plan, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.plan = plan
        self.bodies: list[str] = []
        self._clients: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

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
def at_work(server: FaultyServer) -> Iterator[None]:
    """Let the server answer while the block runs."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        server.cut()
        thread.join()


class FaultyHandler(BaseHTTPRequestHandler):
    """Answers as JSON, and faults."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            super().handle()

    def fails(self, fault: Fault | None) -> bool:
        """Whether the fault is the whole answer."""
        kind = fault.kind if fault else ""
        if fault is not None and kind == "latency":
            time.sleep(fault.amount)
        elif fault is not None and kind == "429":
            body = {"code": 429, "message": "too many requests"}
            self.answer(429, body, {"Retry-After": str(int(fault.amount))})
        elif kind in ("500", "502"):
            self.answer(int(kind), {"code": int(kind), "message": "broken"})
        return kind in ("429", "500", "502")

    def answer(self, code: int, body: Any, headers: dict[str, str] | None = None) -> None:
        text = b"" if body is None else json.dumps(body).encode()
        length = {} if code == 204 else {"Content-Length": str(len(text))}
        self.head(code, {"Content-Type": "application/json", **length, **(headers or {})})
        self.wfile.write(text)

    def head(self, code: int, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def chunk(self, text: bytes) -> None:
        self.wfile.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")

    def reset(self) -> None:
        """End the connection as a machine does that is suddenly gone."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        os.close(self.connection.detach())
