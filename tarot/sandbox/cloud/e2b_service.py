"""E2B's cloud, by its own SDK: the one module that imports it.

Every error of the SDK leaves here as a `Failure` of one line, in which the key does not appear.
"""

import contextlib
import re
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
from e2b import SandboxQuery
from e2b.exceptions import (
    AuthenticationException,
    SandboxException,
    ServiceBusyException,
    TimeoutException,
)
from e2b.exceptions import SandboxNotFoundException as NotFound
from e2b_code_interpreter import AsyncSandbox

from tarot.sandbox.cloud.failures import Failure, Kind
from tarot.sandbox.cloud.service import Listed

_HEADER = "retry-after"
_STATUS = re.compile(r"([45]\d\d)\b")
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout)


class E2BService:
    """The account of a key; `lifetime_s` is how long a sandbox lives unless it is renewed."""

    def __init__(self, key: str, template: str | None, lifetime_s: int, timeout_s: float) -> None:
        """Ask for nothing yet."""
        self._key = key
        self._template = template
        self._lifetime_s = lifetime_s
        self._options: dict[str, Any] = {"api_key": key, "request_timeout": timeout_s}

    async def create(self, metadata: dict[str, str], request: str) -> AsyncSandbox:
        """A new sandbox without a way to the internet; the same one for the same request.

        The SDK's own repetitions are switched off: they know nothing of other processes.
        """
        with self._telling():
            return await AsyncSandbox.create(
                template=self._template,
                timeout=self._lifetime_s,
                metadata=metadata,
                allow_internet_access=False,
                idempotency_key=request,
                retries=0,
                **self._options,
            )

    async def renew(self, sandbox: AsyncSandbox) -> None:
        """Have the sandbox live for `lifetime_s` from now."""
        with self._telling():
            await sandbox.set_timeout(self._lifetime_s)

    async def kill(self, sandbox_id: str) -> None:
        """End a sandbox; one that is gone is as good."""
        with self._telling():
            await AsyncSandbox.kill(sandbox_id, **self._options)

    async def listed(self, metadata: dict[str, str]) -> AsyncIterator[Listed]:
        """The account's sandboxes with this metadata, page by page."""
        with self._telling():
            pages = AsyncSandbox.list(query=SandboxQuery(metadata=metadata), **self._options)
        while pages.has_next:
            with self._telling():
                page = await pages.next_items()
            for info in page:
                yield Listed(info.sandbox_id, dict(info.metadata or {}))

    async def new_context(self, sandbox: AsyncSandbox) -> Any:
        """An interpreter of its own in the sandbox."""
        with self._telling():
            return await sandbox.create_code_context()

    async def remove_context(self, sandbox: AsyncSandbox, context: Any) -> None:
        """End an interpreter."""
        with self._telling():
            await sandbox.remove_code_context(context)

    async def execute(
        self,
        sandbox: AsyncSandbox,
        context: Any,
        code: str,
        say: Callable[[str, object], None],
        patience_s: float,
    ) -> None:
        """Run code in a context; `say` is told what it prints, in pieces with their times.

        There is no limit of time: who calls it hears the pieces, and knows what to wait for.
        """
        with self._telling():
            execution = await sandbox.run_code(
                code,
                context=context,
                on_stdout=lambda message: say(message.line, message.timestamp),
                timeout=0,
            )
        if execution.error is not None:
            raise Failure(self._line(f"{execution.error.name}: {execution.error.value}"))

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Errors of the SDK, and of what it stands on, as failures."""
        try:
            yield
        except Exception as error:
            raise self._failure(error) from None

    def _failure(self, error: Exception) -> Failure:
        kind = Kind.REQUEST
        if isinstance(error, AuthenticationException):
            kind = Kind.KEY
        elif isinstance(error, (*_UNREACHED, ConnectionError)):
            kind = Kind.SERVICE
        elif isinstance(error, (TimeoutException, NotFound)):
            kind = Kind.SANDBOX
        status = _STATUS.match(str(error))
        text = self._line(f"{type(error).__name__}: {error}")
        number = int(status[1]) if status else None
        return Failure(text, kind, _retry_after_s(error), number)

    def _line(self, text: str) -> str:
        return " ".join(text.replace(self._key, "…").split())[:300]


def _retry_after_s(error: Exception) -> float:
    """What the answer's header asks for, which the SDK keeps from its callers in their own frames.

    It is 0 where there is no such header, or no such frame in another version.
    """
    if not isinstance(error, (SandboxException, ServiceBusyException)):
        return 0.0
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for name in ("res", "response"):
            headers = getattr(frame.f_locals.get(name), "headers", None) or {}
            with contextlib.suppress(ValueError, AttributeError):
                return float(headers.get(_HEADER, ""))
    return 0.0
