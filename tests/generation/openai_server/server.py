"""An HTTP server with OpenAI's interfaces: files, batches, responses and chat completions.

It serves what `openai` calls at `base_url`: uploads as multipart, contents of files, batches that
are created, looked at, listed in pages and cancelled, and questions that are answered at once.
Paths, codes and bodies are those of OpenAI's API reference and of the SDK's own types.
"""

import contextlib
import email
import hashlib
import json
import socket
import struct
import threading
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.generation.openai_server.account import KEY, Account
from tests.generation.openai_server.bodies import CHAT, RESPONSES, error, fault_of

_PAGE = 10
# The SDK would wait half a second.
_SOON = {"Retry-After": "0.02"}


class Server(ThreadingHTTPServer):
    """The server, in threads of this process."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, account: Account) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.account = account
        self.calls: Counter[str] = Counter()
        """How often each operation was called."""
        self.at_once = 0
        self.most_at_once = 0
        self.turn = threading.Lock()

    @property
    def url(self) -> str:
        """What `base_url` is to be."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is nothing to report."""


@contextlib.contextmanager
def serving(account: Account) -> Iterator[Server]:
    """A server while the block runs."""
    server = Server(account)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
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

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if key != KEY:
            message = f"Incorrect API key provided: {key[:8]}****{key[-4:]}"
            self._answer(401, error(message, code="invalid_api_key"))
            return
        words = url.path.removeprefix("/v1/").split("/")
        if self.command == "POST":
            self._post(words, content)
        else:
            self._get(words, dict(urllib.parse.parse_qsl(url.query)))

    def _post(self, words: list[str], content: bytes) -> None:
        match words:
            case ["files"]:
                self._call("upload", lambda: self._upload(content))
            case ["batches"]:
                self._call("create", lambda: self._create(json.loads(content)))
            case ["batches", name, "cancel"] if name in self.server.account.batches:
                self._call("cancel", lambda: self.server.account.cancel(name).shown())
            case ["responses"] | ["chat", "completions"]:
                self._call("ask", lambda: self._ask(json.loads(content), self.path))
            case _:
                self._answer(404, error(f"No such object: {self.path}"))

    def _get(self, words: list[str], query: dict[str, str]) -> None:
        account = self.server.account
        match words:
            case ["files", name, "content"] if name in account.files:
                self._call("content", lambda: account.files[name])
            case ["batches"]:
                self._call("list", lambda: self._list(query))
            case ["batches", name] if name in account.batches:
                self._call("retrieve", lambda: account.batches[name].shown())
            case _:
                self._answer(404, error(f"No such object: {self.path}"))

    def _call(self, operation: str, act: Any) -> None:
        """Do what is asked for, as far as the operation's next fault allows it."""
        self.server.calls[operation] += 1
        fault = self.server.account.plan.next(operation)
        kind = fault.kind if fault else ""
        if kind == "429" and fault is not None:
            wrong = error("Rate limit reached", "requests", "rate_limit_exceeded")
            self._answer(429, wrong, {"Retry-After": str(fault.amount)})
        elif kind == "500":
            self._answer(500, error("The server had an error", "server_error"), _SOON)
        elif kind == "reset":
            self._reset()
        else:
            self._act(act, kind)

    def _act(self, act: Any, kind: str) -> None:
        try:
            result = act()
        except _Refused as refusal:
            self._answer(refusal.status, refusal.body)
            return
        if kind == "500 after":
            self._answer(500, error("The server had an error", "server_error"))
        else:
            self._answer(200, result, is_torn=kind == "torn")

    def _upload(self, content: bytes) -> Any:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form: Any = email.message_from_bytes(head + content)
        parts = {
            part.get_param("name", header="content-disposition"): part
            for part in form.get_payload()
        }
        file = parts["file"]
        if parts["purpose"].get_payload() != "batch" or not file.get_filename().endswith(".jsonl"):
            raise _Refused(400, error("Invalid file"))
        return self.server.account.add_file(file.get_payload(decode=True), file.get_filename())

    def _create(self, order: dict[str, Any]) -> Any:
        if order["endpoint"] not in (RESPONSES, CHAT) or order["completion_window"] != "24h":
            raise _Refused(400, error("Invalid batch"))
        if order["input_file_id"] not in self.server.account.files:
            raise _Refused(400, error("No such File object"))
        return self.server.account.create_batch(order).shown()

    def _list(self, query: dict[str, str]) -> Any:
        limit = min(_PAGE, int(query.get("limit", _PAGE)))
        batches, has_more = self.server.account.listed(query.get("after"), limit)
        rows = [batch.shown() for batch in batches]
        ends = {"first_id": rows[0]["id"], "last_id": rows[-1]["id"]} if rows else {}
        return {"object": "list", "data": rows, "has_more": has_more, **ends}

    def _ask(self, body: dict[str, Any], path: str) -> Any:
        account = self.server.account
        if wrong := fault_of(body, path):
            raise _Refused(400, error(wrong))
        if body["model"] not in account.models:
            message = f"The model `{body['model']}` does not exist"
            raise _Refused(404, error(message, code="model_not_found"))
        with self.server.turn:
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        try:
            return account.answer(key_of(body), body, path)
        finally:
            with self.server.turn:
                self.server.at_once -= 1

    def _answer(
        self, code: int, body: Any, headers: dict[str, str] | None = None, is_torn: bool = False
    ) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        length = {"Content-Type": kind, "Content-Length": str(len(content))}
        for name, value in {**length, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if is_torn else content)
        if is_torn:
            self._reset()

    def _reset(self) -> None:
        self.wfile.flush()
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()


class _Refused(Exception):
    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def key_of(body: dict[str, Any]) -> str:
    """What stands for a question that has no custom id."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
