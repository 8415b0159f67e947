"""A server that stands in for OpenAI's service."""

from collections.abc import Iterator

import pytest

from tarot.generation.service import VARIABLE
from tests.generation.openai_server.account import KEY, Account
from tests.generation.openai_server.faults import Plan
from tests.generation.openai_server.harness import echo
from tests.generation.openai_server.server import Server, serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server, without faults and with its key set; its account's answerer is an echo."""
    monkeypatch.setenv(VARIABLE, KEY)
    with serving(Account(echo, Plan())) as server:
        yield server
