"""Questions as the service takes them, and the answers that it makes of a text.

What it refuses is what OpenAI documents for structured outputs: a schema is strict only if every
object in it names all of its properties as required and allows no others.
"""

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.planned_faults import Fault

RESPONSES = "/v1/responses"
CHAT = "/v1/chat/completions"
REFUSAL = "I can't help with that."

Answerer = Callable[[Mapping[str, Any]], str]
"""From the body of a question to the text of its answer."""

_numbers = itertools.count(1)


def question_of(body: Mapping[str, Any]) -> str:
    """What the user's part of a body says, in either interface."""
    return str(body["input"] if "input" in body else body["messages"][-1]["content"])


def fault_of(body: Mapping[str, Any], endpoint: str) -> str:
    """What is wrong with a body; empty if it is right."""
    if endpoint == RESPONSES:
        needed, form = ("model", "input"), body.get("text", {}).get("format", {})
        unknown = {"messages", "max_completion_tokens", "max_tokens", "response_format"}
    else:
        needed, form = ("model", "messages"), body.get("response_format", {})
        form = {"type": form.get("type"), **form.get("json_schema", {})}
        unknown = {"input", "instructions", "max_output_tokens", "max_tokens", "text"}
    if missing := [name for name in needed if not body.get(name)]:
        return f"Missing required parameter: '{missing[0]}'."
    if wrong := sorted(unknown & set(body)):
        return f"Unsupported parameter: '{wrong[0]}' is not supported with this model."
    if form.get("type") != "json_schema" or not form.get("strict"):
        return ""
    if not form.get("name", "").replace("-", "_").isidentifier():
        return "Invalid 'text.format.name': string does not match pattern '^[a-zA-Z0-9_-]+$'."
    return _schema_fault(form["schema"])


def _schema_fault(schema: Any) -> str:
    if isinstance(schema, Mapping):
        if schema.get("type") == "object":
            names = set(schema.get("properties", {}))
            if schema.get("additionalProperties") is not False:
                return "Invalid schema: 'additionalProperties' is required to be false."
            if set(schema.get("required", [])) != names:
                return "Invalid schema: 'required' is required to include every key."
        return next(filter(None, map(_schema_fault, schema.values())), "")
    if isinstance(schema, list):
        return next(filter(None, map(_schema_fault, schema)), "")
    return ""


def answer_to(
    body: Mapping[str, Any], endpoint: str, answerer: Answerer, fault: Fault | None
) -> dict[str, Any]:
    """The body of the answer, spoilt as the fault says."""
    kind = fault.kind if fault else ""
    text = "" if kind == "refused" else answerer(body)
    if kind in ("truncated", "no json"):
        text = text[: len(text) // 2]
    elif kind == "wrong schema":
        text = json.dumps({"unexpected": text})
    refusal = REFUSAL if kind == "refused" else None
    # A reasoning model spends tokens that nobody sees; a truncated answer has used up all.
    limit = body.get("max_output_tokens") or body.get("max_completion_tokens") or 10**6
    reasoning = min(64, limit // 2)
    num_output = limit if kind == "truncated" else min(limit, reasoning + len(text) // 4 + 1)
    counts = (len(question_of(body)) // 4 + 1, num_output, reasoning)
    make = _response if endpoint == RESPONSES else _completion
    return make(str(body["model"]), text, refusal, counts, kind == "truncated")


def error(message: str, kind: str = "invalid_request_error", code: str | None = None) -> Any:
    """An error as every call answers it."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _response(
    model: str, text: str, refusal: str | None, counts: tuple[int, int, int], is_truncated: bool
) -> dict[str, Any]:
    number = next(_numbers)
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    if refusal:
        part = {"type": "refusal", "refusal": refusal}
    message = {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "status": "incomplete" if is_truncated else "completed",
        "content": [part],
    }
    num_input, num_output, num_reasoning = counts
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": "incomplete" if is_truncated else "completed",
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if is_truncated else None,
        "model": f"{model}-2025-04-16",
        "output": [{"id": f"rs_{number}", "type": "reasoning", "summary": []}, message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": num_input,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": num_output,
            "output_tokens_details": {"reasoning_tokens": num_reasoning},
            "total_tokens": num_input + num_output,
        },
    }


def _completion(
    model: str, text: str, refusal: str | None, counts: tuple[int, int, int], is_truncated: bool
) -> dict[str, Any]:
    content = None if refusal else text
    num_input, num_output, num_reasoning = counts
    return {
        "id": f"chatcmpl-{next(_numbers)}",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": f"{model}-2025-04-16",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": refusal},
                "logprobs": None,
                "finish_reason": "length" if is_truncated else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": num_input,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens": num_output,
            "completion_tokens_details": {"reasoning_tokens": num_reasoning},
            "total_tokens": num_input + num_output,
        },
    }
