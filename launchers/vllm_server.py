"""A vLLM server beside a training, and how both sides find it."""

import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from tarot.config.schema import RunConfig
from tarot.config.vllm import SERVER_GROUP_PORT, SERVER_URL, context_length, names_server
from tarot.runs.children import Child
from tarot.types import UserError

HOST = "127.0.0.1"
_POLL_S = 0.5
_REQUEST_S = 5.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Server:
    """A server for one run: what it serves, on which port, to a training with its own GPUs."""

    config: RunConfig
    port: int | str
    group_port: int | str

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    @property
    def arguments(self) -> list[str]:
        """What `trl vllm-serve` is told."""
        vllm = self.config.hardware.vllm
        assert vllm is not None
        revision = self.config.model.revision
        return [
            *("--model", self.config.model.id),
            *(("--revision", revision) if revision else ()),
            *("--host", HOST, "--port", str(self.port)),
            *("--tensor_parallel_size", str(vllm.tensor_parallel)),
            *("--gpu_memory_utilization", f"{vllm.gpu_memory_utilization:g}"),
            *("--dtype", self.config.hardware.dtype),
            *("--max_model_len", str(context_length(self.config))),
        ]

    @property
    def command(self) -> list[str]:
        """The command by this interpreter, which need not have a script `trl` beside it."""
        return [sys.executable, "-m", "trl.scripts.vllm_serve", *self.arguments]

    @property
    def training_variables(self) -> dict[str, str]:
        """What the training needs in its environment to find the server."""
        return {SERVER_URL: self.url, SERVER_GROUP_PORT: str(self.group_port)}

    def fault_of_start(self, child: Child, limit_s: float) -> str:
        """Wait until it answers; what is wrong if it ends before or takes longer, else nothing."""
        deadline = time.monotonic() + limit_s
        while not _is_healthy(f"{self.url}/health"):
            code = child.process.poll()
            if code is not None:
                return f"the vLLM server ended with exit code {code} before it was ready"
            if time.monotonic() > deadline:
                return (
                    f"the vLLM server was not ready after {limit_s:g} s; raise "
                    "launcher.server_start_s, or in a job launcher.inner.server_start_s"
                )
            time.sleep(_POLL_S)
        return ""


def has_server(config: RunConfig) -> bool:
    """Whether the run wants a server of its own; the trainer may name another."""
    vllm = config.hardware.vllm
    is_server = vllm is not None and vllm.mode == "server"
    return is_server and not names_server(config)


def check_server(config: RunConfig) -> None:
    """UserError where the run wants a server that could not fetch the model by itself."""
    if has_server(config) and config.model.source != "hub":
        raise UserError(
            f"hardware.vllm.mode=server: serves models of the hub, and model.source="
            f"{config.model.source}; set hardware.vllm.mode=colocate"
        )


def unproxied(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which the training asks the server itself, where others go by a proxy."""
    known = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if known.strip() == "*":
        return {}
    hosts = f"{HOST},{known}".rstrip(",")
    return {"no_proxy": hosts, "NO_PROXY": hosts}


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with closing(socket.socket()) as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def _is_healthy(url: str) -> bool:
    try:
        with _DIRECT.open(url, timeout=_REQUEST_S) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
