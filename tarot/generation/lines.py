"""Lines of a batch's output and error files, the form in which the ledger keeps every answer."""

import json
from dataclasses import dataclass

from tarot.generation.exchange import End
from tarot.generation.interface import Reply, reply_of

_OK = 200


@dataclass(frozen=True, slots=True)
class Line:
    """Whose answer a line is, and what it says."""

    custom_id: str
    reply: Reply


def read_line(text: str) -> Line | None:
    """What a line says; None for one that says nothing of any request."""
    try:
        row = json.loads(text)
        custom_id = str(row["custom_id"])
        response, error = row.get("response") or {}, row.get("error")
        body = response.get("body")
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    if isinstance(body, str):
        body = _json(body)
    if error:
        return Line(custom_id, Reply(End.FAILED, cause=_message(error)))
    status = response.get("status_code")
    if status != _OK:
        details = body.get("error") if isinstance(body, dict) else None
        return Line(custom_id, Reply(End.FAILED, cause=f"{status}: {_message(details)}"))
    return Line(custom_id, reply_of(body))


def line_of(custom_id: str, body: str) -> str:
    """The line of an answer that came on-line, whose body is kept as it came."""
    response = {"status_code": _OK, "body": body}
    return json.dumps({"custom_id": custom_id, "response": response}, ensure_ascii=False)


def _json(text: str) -> object:
    """The value of a text, None for what is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _message(error: object) -> str:
    if isinstance(error, dict):
        return str(error.get("message") or error.get("code") or "no cause given")
    return str(error or "no cause given")
