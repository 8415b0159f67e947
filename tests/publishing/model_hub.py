"""A hub of models and data sets on this machine, as far as commits are asked of it.

It speaks the Git LFS way for large files, not that of Xet storage.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any, ClassVar

import yaml

from tests.data.fake_hub import SHA, FakeHub

TOKEN = "hf_planted0123456789abcdefghijklmnop"
LARGE = (".safetensors", ".parquet")


@dataclass
class Store:
    """What the hub holds: files by repository and name, large objects by their sha256."""

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    private: dict[str, bool] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)
    refuses_uploads: bool = False
    endpoint: str = ""

    @property
    def variables(self) -> dict[str, str]:
        """The environment in which the real client comes here."""
        return {
            "HF_ENDPOINT": self.endpoint,
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_OFFLINE": "0",
            "HF_TOKEN": TOKEN,
            "NO_PROXY": "127.0.0.1",
        }


class ModelHub(FakeHub):
    """Takes commits into `store` from whoever has the token."""

    store: ClassVar[Store]

    def do_PUT(self) -> None:
        content, oid = self._body(), self.path.rpartition("/")[2]
        if self.store.refuses_uploads:
            self._refuse(403, "Forbidden")
            return
        assert hashlib.sha256(content).hexdigest() == oid
        self.store.objects[oid] = content
        self._send_json({})

    def do_POST(self) -> None:
        path, body = self.path.partition("?")[0], self._body()
        if not self._is_known():
            self._refuse(401, "")
        elif path == "/api/validate-yaml":
            self._validate(json.loads(body)["content"])
        elif path == "/api/repos/create":
            self._create(json.loads(body))
        elif path.endswith("/preupload/main"):
            self._preupload(_repository(path), json.loads(body)["files"])
        elif path.endswith(".git/info/lfs/objects/batch"):
            self._batch(json.loads(body)["objects"])
        elif path.endswith("/commit/main"):
            self._commit(_repository(path), [json.loads(line) for line in body.splitlines()])
        else:
            self._refuse(404, "")

    def _is_known(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _validate(self, content: str) -> None:
        metadata = yaml.safe_load(content.split("---\n")[1])
        assert "configs" in metadata or metadata["library_name"] in ("transformers", "peft")
        self._send_json({"errors": [], "warnings": []})

    def _create(self, wanted: dict[str, Any]) -> None:
        name = f"{wanted['organization']}/{wanted['name']}"
        if name in self.store.repositories:
            self._conflict({"error": "it is there", "url": f"{self.store.endpoint}/{name}"})
            return
        self.store.repositories[name] = {}
        self.store.private[name] = wanted.get("visibility") == "private"
        self.store.kinds[name] = wanted.get("type", "model")
        self._send_json({"url": f"{self.store.endpoint}/{name}"})

    def _preupload(self, name: str, files: list[dict[str, Any]]) -> None:
        known = self.store.repositories[name]
        answers = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
                "shouldIgnore": False,
                "oid": _oid(file["path"], known[file["path"]]) if file["path"] in known else None,
            }
            for file in files
        ]
        self._send_json({"files": answers})

    def _batch(self, objects: list[dict[str, Any]]) -> None:
        for one in objects:
            if one["oid"] not in self.store.objects:
                href = f"{self.store.endpoint}/objects/{one['oid']}"
                one["actions"] = {"upload": {"href": href}}
        self._send_json({"transfer": "basic", "objects": objects})

    def _commit(self, name: str, lines: list[dict[str, Any]]) -> None:
        for line in lines:
            value = line["value"]
            match line["key"]:
                case "header":
                    self.store.commits.append(value["summary"])
                case "file":
                    content = base64.b64decode(value["content"])
                    self.store.repositories[name][value["path"]] = content
                case "lfsFile":
                    content = self.store.objects[value["oid"]]
                    self.store.repositories[name][value["path"]] = content
        url = f"{self.store.endpoint}/{name}/commit/{SHA}"
        self._send_json({"commitUrl": url, "commitOid": SHA})

    def _answer(self) -> None:
        """What is asked for by GET: a repository's state."""
        if not self._is_known():
            self._refuse(401, "RepoNotFound")
            return
        self._send_json({"id": "a/model", "sha": SHA, "siblings": [], "tags": []})

    def _conflict(self, value: object) -> None:
        content = json.dumps(value).encode()
        self.send_response(409)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def model_hub() -> Iterator[Store]:
    """A hub that runs, empty at first."""
    store = Store()
    handler = type("Hub", (ModelHub,), {"store": store})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    store.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _repository(path: str) -> str:
    return "/".join(path.removeprefix("/api/").split("/")[1:3])


def _oid(path: str, content: bytes) -> str:
    """Of a large file its sha256, of others the id that git gives it."""
    if path.endswith(LARGE):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
