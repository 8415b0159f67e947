"""A vLLM server that is started here: a port for it, waiting for it, and no proxy before it."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing

from tarot.runs.children import Child

HOST = "127.0.0.1"
_POLL_S = 0.5
_REQUEST_S = 5.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with closing(socket.socket()) as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def fault_of_start(
    child: Child,
    health_url: str,
    limit_s: float,
    setting: str,
    meanwhile: Callable[[], None] = lambda: None,
) -> str:
    """Wait until it answers; what is wrong if it ends before or takes longer, else nothing.

    `setting` is what gives it more time, and `meanwhile` is called now and then.
    """
    deadline = time.monotonic() + limit_s
    while not is_healthy(health_url):
        meanwhile()
        code = child.process.poll()
        if code is not None:
            return f"the vLLM server ended with exit code {code} before it was ready"
        if time.monotonic() > deadline:
            return f"the vLLM server was not ready after {limit_s:g} s; raise {setting}"
        time.sleep(_POLL_S)
    return ""


def unproxied(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which a process asks the server itself, where others go by a proxy."""
    known = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if known.strip() == "*":
        return {}
    hosts = f"{HOST},{known}".rstrip(",")
    return {"no_proxy": hosts, "NO_PROXY": hosts}


def is_healthy(url: str) -> bool:
    """Whether something answers there, asked directly and not by a proxy."""
    try:
        with _DIRECT.open(url, timeout=_REQUEST_S) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
