"""The server that stands in for E2B's cloud answers the real SDK as the cloud does."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from e2b import RateLimitException, SandboxQuery
from e2b.exceptions import AuthenticationException, TimeoutException
from e2b_code_interpreter import AsyncSandbox

from tests.sandbox.e2b_server.faults import BROKEN, DEATH, RESET, TOO_MANY, TRUNCATED
from tests.sandbox.e2b_server.server import Server

PRINTS = "for number in range(50): print(number, 'x' * 20, flush=True)"


def test_a_context_executes_code_and_keeps_its_names(server: Server) -> None:
    async def use() -> list[str]:
        sandbox = await AsyncSandbox.create(timeout=60)
        context = await sandbox.create_code_context()
        await sandbox.run_code("x = 41", context=context)
        said: list[str] = []
        code = "print(x + 1)\n1 / 0"
        execution = await sandbox.run_code(
            code, context=context, on_stdout=lambda message: said.append(message.line)
        )
        assert execution.error is not None
        assert await sandbox.is_running()
        return [*said, execution.error.name]

    assert asyncio.run(use()) == ["42\n", "ZeroDivisionError"]


def test_a_request_that_is_made_twice_creates_one_sandbox(server: Server) -> None:
    async def create() -> str:
        return str((await AsyncSandbox.create(idempotency_key="a")).sandbox_id)

    assert asyncio.run(create()) == asyncio.run(create())
    assert len(server.cloud.live()) == 1


def test_sandboxes_are_found_by_metadata_renewed_and_killed(server: Server) -> None:
    async def use() -> tuple[int, bool, bool]:
        for owner in ("a b", "a b", "a b", "other"):
            sandbox = await AsyncSandbox.create(metadata={"owner": owner})
        await sandbox.set_timeout(99)
        pages = AsyncSandbox.list(query=SandboxQuery(metadata={"owner": "a b"}))
        num_found = 0
        while pages.has_next:
            num_found += len(await pages.next_items())
        return num_found, await sandbox.kill(), await sandbox.kill()

    assert asyncio.run(use()) == (3, True, False)
    assert [timeout_s for _, timeout_s in server.cloud.renewals] == [99]


def test_a_life_that_is_not_renewed_ends(server: Server) -> None:
    async def use() -> bool:
        sandbox = await AsyncSandbox.create(timeout=1)
        await asyncio.sleep(1.1)
        return bool(await sandbox.is_running())

    assert asyncio.run(use()) is False


def test_faults_come_as_planned_and_a_client_that_goes_interrupts_its_code(server: Server) -> None:
    async def use() -> list[str]:
        sandbox = await AsyncSandbox.create(timeout=60)
        context = await sandbox.create_code_context()
        server.plan.then("execute", TOO_MANY, BROKEN, RESET, TRUNCATED)

        async def run(code: str) -> list[str]:
            execution = await sandbox.run_code(code, context=context, timeout=0)
            return list(execution.logs.stdout)

        ends = [await _end(run, PRINTS) for _ in range(4)]
        waiting = asyncio.ensure_future(run("import time; time.sleep(60)"))
        await asyncio.sleep(0.2)
        waiting.cancel()
        assert await run("print(5)") == ["5\n"]
        server.plan.then("execute", DEATH)
        with pytest.raises(TimeoutException, match="killed"):
            await run(PRINTS)
        return ends

    assert asyncio.run(use()) == [
        "SandboxException",
        "SandboxException",
        "ReadError",
        "JSONDecodeError",
    ]


def test_a_refused_creation_and_a_wrong_key_are_told_apart(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.plan.then("create", TOO_MANY)
    with pytest.raises(RateLimitException):
        asyncio.run(AsyncSandbox.create(retries=0))
    monkeypatch.setenv("E2B_API_KEY", "e2b_wrong")
    with pytest.raises(AuthenticationException):
        asyncio.run(AsyncSandbox.create(retries=0))


async def _end(run: Callable[[str], Awaitable[object]], code: str) -> str:
    try:
        await run(code)
    except Exception as error:
        return type(error).__name__
    return ""
