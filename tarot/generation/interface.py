"""The two interfaces of a service that take questions: what is posted and what comes back.

What comes back is read from plain JSON, so that an answer which the SDK would refuse is not lost.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tarot.generation.exchange import End, Request, Usage


class Interface(StrEnum):
    """Which of them is used; the value is the last part of its address."""

    RESPONSES = "responses"
    CHAT = "chat/completions"

    @property
    def endpoint(self) -> str:
        """As a batch names it."""
        return f"/v1/{self.value}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service says to a request; `usage` is None where it doesn't count."""

    end: End
    text: str = ""
    cause: str = ""
    model_snapshot: str = ""
    usage: Usage | None = None


def body_of(request: Request, interface: Interface) -> dict[str, Any]:
    """What is posted for a request."""
    schema = {"name": request.schema_name, "strict": True, "schema": dict(request.schema)}
    if interface is Interface.RESPONSES:
        return {
            "model": request.model,
            "instructions": request.instructions,
            "input": request.question,
            "max_output_tokens": request.max_output_tokens,
            "text": {"format": {"type": "json_schema", **schema}},
        }
    return {
        "model": request.model,
        "messages": [
            {"role": "system", "content": request.instructions},
            {"role": "user", "content": request.question},
        ],
        "max_completion_tokens": request.max_output_tokens,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }


def text_of(body: Mapping[str, Any]) -> str:
    """A body as it is sent."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def reply_of(body: object) -> Reply:
    """What a body of either interface says; failed for one that is neither's."""
    if not isinstance(body, Mapping):
        return Reply(End.FAILED, cause="the answer is no JSON object")
    try:
        return _of_chat(body) if "choices" in body else _of_responses(body)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        cause = f"the answer is not as OpenAI documents it ({type(error).__name__}: {error})"
        return Reply(End.FAILED, cause=cause)


def _of_responses(body: Mapping[str, Any]) -> Reply:
    """See https://platform.openai.com/docs/api-reference/responses/object."""
    parts = [
        part for item in body["output"] if item["type"] == "message" for part in item["content"]
    ]
    text = "".join(part["text"] for part in parts if part["type"] == "output_text")
    refusal = " ".join(part["refusal"] for part in parts if part["type"] == "refusal")
    status = body["status"]
    reason = (body.get("incomplete_details") or {}).get("reason") or ""
    if status == "completed":
        end, cause = (End.REFUSED, refusal) if refusal else (End.COMPLETE, "")
    elif status == "incomplete":
        end = End.REFUSED if reason == "content_filter" else End.TRUNCATED
        cause = reason
    else:
        end, cause = End.FAILED, (body.get("error") or {}).get("message") or status
    usage = _usage(body.get("usage"), "input_tokens", "output_tokens")
    return Reply(end, text, cause, body["model"], usage)


def _of_chat(body: Mapping[str, Any]) -> Reply:
    """See https://platform.openai.com/docs/api-reference/chat/object."""
    choice = body["choices"][0]
    reason, message = choice["finish_reason"], choice["message"]
    end, cause = End.COMPLETE, ""
    if message.get("refusal"):
        end, cause = End.REFUSED, message["refusal"]
    elif reason == "content_filter":
        end, cause = End.REFUSED, reason
    elif reason == "length":
        end, cause = End.TRUNCATED, "max_output_tokens"
    usage = _usage(body.get("usage"), "prompt_tokens", "completion_tokens")
    return Reply(end, message.get("content") or "", cause, body["model"], usage)


def _usage(counts: Mapping[str, Any] | None, of_input: str, of_output: str) -> Usage | None:
    if not counts:
        return None
    inputs = counts.get(f"{of_input}_details") or {}
    outputs = counts.get(f"{of_output}_details") or {}
    return Usage(
        counts[of_input],
        inputs.get("cached_tokens") or 0,
        counts[of_output],
        outputs.get("reasoning_tokens") or 0,
    )
