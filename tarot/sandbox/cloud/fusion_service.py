"""SandboxFusion, by its HTTP interface: code in one request, all that it printed in the answer.

The engine keeps nothing between requests, so that a sandbox and a context are no more than names
here: each request starts the runner anew. What it prints goes into a file that comes back with the
answer, also from a run that was stopped: the engine reads no standard output until a process has
ended, which would block one that has much to say, and of that no more than a mebibyte.
"""

import base64
import binascii
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

import httpx

from tarot.sandbox.cloud import shipping
from tarot.sandbox.cloud.failures import Failure, Kind
from tarot.sandbox.cloud.service import Listed

# For the way there and back, and the wait for a turn.
_WAY_S = 15.0
_CONNECT_TIMEOUT_S = 10.0
_SPOKEN = "tarot-spoken"
_HERE = ("localhost", "127.0.0.1", "::1")
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout)
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

# It has to be read by any Python 3.
_BEFORE = """
import os, shutil, sys
if "{folder}" not in os.environ:
    os.environ["{folder}"] = os.getcwd()
    python = {python!r}
    if python is None and sys.version_info < (3, 11):
        found = [shutil.which("python3.%d" % minor) for minor in range(11, 16)]
        python = next((path for path in found if path), None)
    if python is not None:
        os.execvp(python, [python, os.path.abspath(__file__)])
sys.stdout = open("{spoken}", "w", buffering=1)
"""


class Address(NamedTuple):
    """Where an engine is, and as whom to ask."""

    url: str
    auth: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A name under which failures are counted."""

    sandbox_id: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(slots=True)
class Context:
    """The code that starts the runner, once it is known."""

    starting: str = ""


class FusionService:
    """An engine; `python` names what runs the runner in its container, if not its own."""

    def __init__(self, address: Address, python: str | None) -> None:
        """Ask for nothing yet; no connection outlives its request.

        What is on this machine is not asked for by a proxy.
        """
        self._url = address.url
        self._before = _BEFORE.format(folder=shipping.FOLDER, python=python, spoken=_SPOKEN)
        self._client = httpx.AsyncClient(
            auth=address.auth,
            timeout=httpx.Timeout(None, connect=_CONNECT_TIMEOUT_S),
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=httpx.URL(address.url).host not in _HERE,
        )

    async def create(self, metadata: dict[str, str], request: str) -> Sandbox:
        """Nothing is created."""
        return Sandbox()

    async def renew(self, sandbox: Sandbox) -> None:
        """Nothing ends."""

    async def kill(self, sandbox_id: str) -> None:
        """Nothing is there to end."""

    async def listed(self, metadata: dict[str, str]) -> AsyncIterator[Listed]:
        """Nothing outlives its request."""
        nothing: tuple[Listed, ...] = ()
        for sandbox in nothing:
            yield sandbox

    async def new_context(self, sandbox: Sandbox) -> Context:
        """A place to remember what starts the runner."""
        return Context()

    async def remove_context(self, sandbox: Sandbox, context: Context) -> None:
        """Nothing is there to end."""

    async def execute(
        self,
        sandbox: Sandbox,
        context: Context,
        code: str,
        say: Callable[[str, object], None],
        patience_s: float,
    ) -> None:
        """Run code after what was first run in the context; `say` is told all that it printed.

        The engine stops it early enough for the answer to come within `patience_s`.
        """
        whole = f"{self._before}{context.starting}\n{code}"
        run_timeout_s = max(patience_s - _WAY_S, patience_s / 2)
        answer = await self._answer(whole, run_timeout_s)
        if (spoken := _spoken(answer)) is not None:
            say(spoken, 0)
        if answer.get("status") != "Success" or spoken is None:
            raise Failure(_cause(answer, whole))
        context.starting = context.starting or code

    async def _answer(self, code: str, run_timeout_s: float) -> dict[str, Any]:
        """The engine's answer; raises Failure."""
        run = {
            "language": "python",
            "code": code,
            "run_timeout": run_timeout_s,
            "fetch_files": [_SPOKEN],
        }
        try:
            response = await self._client.post(f"{self._url}/run_code", json=run)
        except httpx.HTTPError as error:
            kind = Kind.SERVICE if isinstance(error, _UNREACHED) else Kind.REQUEST
            raise Failure(_line(f"{type(error).__name__}: {error}"), kind) from None
        status = response.status_code
        if status != HTTPStatus.OK:
            kind = Kind.KEY if status in _REFUSED else Kind.REQUEST
            raise Failure(
                _line(f"{status} {response.reason_phrase}"), kind, _retry_after_s(response), status
            )
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Failure("the answer is not the engine's")
        return answer


def address_of(text: str) -> Address:
    """The address that a text is, its name and password apart; ValueError where it is none."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise ValueError(text) from None
    if url.scheme not in ("http", "https") or not url.host or url.query or url.fragment:
        raise ValueError(text)
    plain = str(url.copy_with(userinfo=b"")).rstrip("/")
    return Address(plain, (url.username, url.password) if url.userinfo else None)


def _spoken(answer: dict[str, Any]) -> str | None:
    """What the runner printed, if it began to; raises Failure."""
    content = (answer.get("files") or {}).get(_SPOKEN)
    if content is None:
        return None
    try:
        return base64.b64decode(content).decode()
    except (binascii.Error, ValueError, TypeError):
        raise Failure("the answer's file is not the engine's") from None


def _cause(answer: dict[str, Any], code: str) -> str:
    """Why a run did not succeed, in a line; a message may be full of the code itself."""
    result = answer.get("run_result") or {}
    message = str(answer.get("message") or "").replace(code, "…")
    last_words = str(result.get("stderr") or "").strip().rpartition("\n")[2]
    ends = (answer.get("status"), result.get("status"), result.get("return_code"))
    told = [str(end) for end in ends if end is not None]
    return _line("; ".join(text for text in (", ".join(told), message, last_words) if text))


def _retry_after_s(response: Any) -> float:
    try:
        return float(response.headers.get("retry-after", ""))
    except ValueError:
        return 0.0


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
