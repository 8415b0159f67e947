"""A server that stands in for OpenAI's service."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext

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


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """The key is set, and nothing else; a test starts its own server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, KEY)
        yield


@pytest.fixture(scope="session")
def context() -> ForkServerContext:
    """Processes that are forked off one that has imported what takes seconds."""
    context = multiprocessing.get_context("forkserver")
    resources = [f"openai.resources.{name}" for name in ("batches", "files", "responses")]
    heavy = ("openai", "tarot.generation.openai_service", "tarot.cli.generate")
    context.set_forkserver_preload([*heavy, *resources])
    return context
