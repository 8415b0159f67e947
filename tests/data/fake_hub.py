"""A hub of a few data sets on this machine, as far as `datasets` asks for it."""

import hashlib
import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

SHA = "a" * 40


class FakeHub(BaseHTTPRequestHandler):
    """Serves `repositories`: by name, the content of each file, or None for one it refuses."""

    protocol_version = "HTTP/1.1"
    repositories: ClassVar[Mapping[str, Mapping[str, bytes | None]]] = {}

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer()

    def log_message(self, *_: object) -> None:
        """Nothing: the output is the test's."""

    def _answer(self) -> None:
        path = self.path.partition("?")[0].removeprefix("/api")
        name, _, rest = path.removeprefix("/datasets/").partition("/n/")
        files = self.repositories.get(f"{name}/n")
        if files is None:
            self._refuse(401, "GatedRepo")
        elif rest.startswith("resolve/"):
            self._send_file(files, rest.split("/", 2)[2])
        elif rest.startswith("tree/") and rest.count("/") > 1:
            self._refuse(404, "EntryNotFound")
        elif rest.startswith(("tree/", "paths-info/")):
            self._send_json([_entry(file, content or b"") for file, content in files.items()])
        else:
            self._send_json({"id": f"{name}/n", "sha": SHA, "siblings": [], "tags": []})

    def _send_file(self, files: Mapping[str, bytes | None], file: str) -> None:
        content = files.get(file, b"")
        if file not in files:
            self._refuse(404, "EntryNotFound")
        elif content is None:
            self._refuse(403, "Forbidden")
        else:
            self._send(content, "application/octet-stream")

    def _send_json(self, value: object) -> None:
        self._send(json.dumps(value).encode(), "application/json")

    def _send(self, content: bytes, kind: str) -> None:
        """A whole file, or the part of it that is asked for."""
        first, last = 0, len(content) - 1
        wanted = self.headers.get("Range")
        if wanted:
            start, _, end = wanted.removeprefix("bytes=").partition("-")
            first, last = int(start), min(int(end or last), last)
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", SHA)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[first : last + 1])

    def _refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _entry(file: str, content: bytes) -> dict[str, object]:
    return {"type": "file", "oid": "b" * 40, "size": len(content) or 1, "path": file}


def serving(repositories: Mapping[str, Mapping[str, bytes | None]]) -> ThreadingHTTPServer:
    """A server of the repositories on a free port, not yet started."""
    hub = type("Hub", (FakeHub,), {"repositories": repositories})
    return ThreadingHTTPServer(("127.0.0.1", 0), hub)
