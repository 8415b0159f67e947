"""What tests of the generators share: questions with known answers, and ways to ask them."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarot.generation.exchange import End, Exchange, Request
from tarot.generation.openai_batch import OpenAIBatch
from tarot.generation.openai_online import OpenAIOnline
from tarot.generation.service import VARIABLE
from tarot.types import Tier
from tests.generation.openai_server.account import KEY
from tests.generation.openai_server.bodies import question_of

SCHEMA = {
    "type": "object",
    "properties": {"said": {"type": "string"}},
    "required": ["said"],
    "additionalProperties": False,
}
PRICES = {
    "o4-mini": {"input": 1.0, "cached_input": 0.25, "output": 4.0},
    "o3": {"input": 2.0, "cached_input": 0.5, "output": 8.0},
}
MAX_OUTPUT_TOKENS = 1000
_MAX_ROUNDS = 12


def request(number: int, model: str = "o4-mini", attempt: int = 1, words: str = "") -> Request:
    return Request(
        problem_id=f"problem-{number}",
        tier=list(Tier)[number % 4],
        attempt=attempt,
        model=model,
        prompt_hash="0123456789ab",
        instructions="Say it again.",
        question=f"é\u2028{number} {words}",
        schema=SCHEMA,
        schema_name="saying",
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )


def echo(body: Mapping[str, Any]) -> str:
    """Says what it was asked."""
    return json.dumps({"said": question_of(body)}, ensure_ascii=False)


def batches(url: str, **settings: Any) -> OpenAIBatch:
    """Batches that are waited for in milliseconds; what fails is tried again without the SDK."""
    quick = {"poll_s": 0.01, "settle_s": 0.2, "max_retries": 0, "attempts": 30, "max_requests": 50}
    return OpenAIBatch(PRICES, base_url=url, **{**quick, **settings})


def online(url: str, **settings: Any) -> OpenAIOnline:
    return OpenAIOnline(PRICES, base_url=url, **settings)


def sayings(exchange: Exchange, num_requests: int) -> dict[str, str]:
    """What is said to each of some questions, which are asked anew until an answer is right."""
    said: dict[str, str] = {}
    for attempt in range(1, _MAX_ROUNDS + 1):
        every = [request(number, attempt=attempt) for number in range(num_requests)]
        left = [one for one in every if one.problem_id not in said]
        if not left:
            break
        for answer in exchange.ask(left):
            text = _said(answer.text) if answer.end is End.COMPLETE else None
            if text is not None:
                said[answer.request.problem_id] = text
    return said


def say_in_batches(
    url: str, folder: Path, num_requests: int, max_requests: int, output: Path
) -> None:
    """The work of a process that may be killed at any moment; `output` is its last deed."""
    os.environ[VARIABLE] = KEY
    with batches(url, max_requests=max_requests).open(folder) as exchange:
        said = sayings(exchange, num_requests)
    output.write_text(json.dumps(said))


def _said(text: str) -> str | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return str(value["said"]) if set(value) == {"said"} else None
