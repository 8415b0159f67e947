"""A service with OpenAI's interfaces, by OpenAI's SDK: the one module that imports it.

Every error of the SDK leaves here as a `Failure` of one line, in which the key does not appear.
Answers are taken as they are on the wire: what the SDK can't parse is paid for too.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import openai
from openai import AsyncOpenAI, OpenAI

from tarot.generation.failures import Failure, Kind
from tarot.generation.interface import Interface
from tarot.generation.service import Access, Batch

_WINDOW = "24h"
_MARK = "tarot_shard"
_ACCOUNT_CODES = frozenset(("insufficient_quota", "model_not_found", "billing_hard_limit_reached"))
_KEYLIKE = re.compile(r"\bsk-\S+")
_MAX_CAUSE = 300


class BatchService:
    """Batches of an account; every call but `create` is repeated by the SDK where that may help."""

    def __init__(self, access: Access) -> None:
        """Ask for nothing yet."""
        self._access = access
        self._client = OpenAI(**_options(access))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def upload(self, path: Path) -> str:
        """Upload a request file under its own name; the file's id."""
        with _telling(self._access), path.open("rb") as file:
            return str(self._client.files.create(file=(path.name, file), purpose="batch").id)

    def create(self, shard_id: str, file_id: str, endpoint: str) -> str:
        """Have a batch made, whose metadata name the shard; its id.

        It is asked for once: where the answer doesn't come, `of_shards` knows whether it was made.
        """
        with _telling(self._access):
            batch = self._client.with_options(max_retries=0).batches.create(
                input_file_id=file_id,
                endpoint=endpoint,
                completion_window=_WINDOW,
                metadata={_MARK: shard_id},
            )
        return str(batch.id)

    def of_shards(self) -> dict[str, list[Batch]]:
        """All batches of the account that name a shard, by that, the oldest first."""
        found: dict[str, list[Batch]] = {}
        with _telling(self._access):
            newest_first = list(self._client.batches.list(limit=100))
        for batch in reversed(newest_first):
            shard_id = (batch.metadata or {}).get(_MARK)
            if shard_id:
                found.setdefault(shard_id, []).append(_batch(batch))
        return found

    def retrieve(self, batch_id: str) -> Batch:
        """How a batch stands."""
        with _telling(self._access):
            return _batch(self._client.batches.retrieve(batch_id))

    def cancel(self, batch_id: str) -> None:
        """Have a batch stopped; one that has ended is as good."""
        with contextlib.suppress(Failure), _telling(self._access):
            self._client.batches.cancel(batch_id)

    def lines(self, file_id: str) -> Iterator[str]:
        """The lines of a file as they come."""
        rest = b""
        with (
            _telling(self._access),
            self._client.files.with_streaming_response.content(file_id) as response,
        ):
            for piece in response.iter_bytes():
                *whole, rest = (rest + piece).split(b"\n")
                yield from (line.decode("utf-8", "replace") for line in whole if line.strip())
        if rest.strip():
            yield rest.decode("utf-8", "replace")


class OnlineService:
    """Single questions to an account; the SDK repeats what is refused for now, as it is told to."""

    def __init__(self, access: Access) -> None:
        """Ask for nothing yet; all calls are to be made in one event loop."""
        self._access = access
        self._client = AsyncOpenAI(**_options(access))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def ask(self, interface: Interface, body: Mapping[str, Any]) -> str:
        """The body of the answer."""
        with _telling(self._access):
            if interface is Interface.RESPONSES:
                call = self._client.responses.with_raw_response.create
            else:
                call = self._client.chat.completions.with_raw_response.create
            response = await call(**body)
            return str(response.http_response.text)


def _options(access: Access) -> dict[str, Any]:
    return {
        "api_key": access.key,
        "base_url": access.base_url,
        "timeout": access.timeout_s,
        "max_retries": access.max_retries,
    }


def _batch(batch: Any) -> Batch:
    errors = (batch.errors.data or []) if batch.errors else []
    return Batch(
        id=batch.id,
        status=batch.status,
        files=tuple(name for name in (batch.output_file_id, batch.error_file_id) if name),
        causes=tuple((error.code or "", error.message or "") for error in errors),
    )


@contextlib.contextmanager
def _telling(access: Access) -> Iterator[None]:
    """Errors of the SDK as failures."""
    try:
        yield
    except openai.OpenAIError as error:
        raise Failure(_cause(error, access.key), _kind(error)) from None
    except httpx2.HTTPError as error:
        raise Failure(_cause(error, access.key), Kind.BROKEN) from None


def _kind(error: openai.OpenAIError) -> Kind:
    code = getattr(error, "code", None)
    status = getattr(error, "status_code", None)
    if code in _ACCOUNT_CODES or status in (401, 403):
        return Kind.ACCOUNT
    if isinstance(error, openai.APIConnectionError):
        is_unreached = type(error.__cause__).__name__ in ("ConnectError", "ConnectTimeout")
        return Kind.UNREACHED if is_unreached else Kind.BROKEN
    if status is not None:
        return Kind.BUSY if status in (408, 409, 429) or status >= 500 else Kind.REQUEST
    return Kind.BROKEN


def _cause(error: Exception, key: str) -> str:
    """One line without the key, or what a service shows of it."""
    text = " ".join(str(error).replace(key, "…").split())
    return f"{type(error).__name__}: {_KEYLIKE.sub('…', text)}"[:_MAX_CAUSE]
