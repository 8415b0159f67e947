"""What `sandbox=e2b` says it took, beside what the server was asked for, and its bench."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tarot.cli.main import main
from tarot.sandbox.cloud.failures import Failure
from tarot.sandbox.cloud.metering import MeteredService
from tarot.sandbox.cloud.service import Service
from tarot.sandbox.cloud.shares import requests_of
from tarot.sandbox.e2b import E2BSandbox
from tarot.types import UserError
from tests.sandbox.e2b_server.faults import BROKEN
from tests.sandbox.e2b_server.harness import adding, wrongly_added
from tests.sandbox.e2b_server.server import Server

Make = Callable[..., E2BSandbox]


def test_what_was_taken_is_what_the_server_was_asked_for(make: Make, server: Server) -> None:
    """Two refusals in a row replace the sandbox."""
    sandbox = make(usd_per_sandbox_hour=3600.0)
    num_before = len(server.executions_s)
    sandbox.run(adding(12))
    assert len(server.executions_s) - num_before == requests_of(12, num_workers=1, most=32)

    server.plan.then("execute", BROKEN, BROKEN)
    assert wrongly_added(sandbox.run(adding(4))) == []
    usage = sandbox.usage()
    assert usage.creations == len(server.cloud.orders) == 2
    assert usage.requests == len(server.bodies)

    sandbox.close()
    usage, lived_s = sandbox.usage(), sum(server.cloud.lives_s)
    assert lived_s <= usage.sandbox_s < lived_s + 1
    assert usage.usd == pytest.approx(usage.sandbox_s)
    assert sandbox.usage() == usage


class Unkillable:
    """A service that creates a sandbox and does not end it."""

    async def create(self, metadata: dict[str, str], request: str) -> Any:
        return SimpleNamespace(sandbox_id=request)

    async def kill(self, sandbox_id: str) -> None:
        raise Failure("no")


def test_a_sandbox_that_cannot_be_ended_counts_until_its_life_is_over() -> None:
    meter = MeteredService(cast(Service, Unkillable()), lifetime_s=0.05, usd_per_hour=None)
    asyncio.run(meter.create({}, "a"))
    with pytest.raises(Failure):
        asyncio.run(meter.kill("a"))
    time.sleep(0.06)
    usage = meter.usage()
    time.sleep(0.01)

    assert usage.sandbox_s >= 0.05
    assert (usage, usage.usd) == (meter.usage(), None)


def test_in_debug_mode_nothing_starts(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("E2B_DEBUG", "True")
    with pytest.raises(UserError) as error:
        E2BSandbox()

    assert str(error.value) == (
        "sandbox=e2b: E2B_DEBUG=true has the SDK talk to one code interpreter on localhost and "
        "make no sandbox; unset it, or use sandbox=local"
    )
    assert server.bodies == []


def test_a_bench_shows_it_beside_the_local_one(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two completions, of which one repeats the other, on two tests."""
    small = ("batch.num_groups=1", "batch.group_size=2", "batch.num_tests=2", "batch.numpy_share=0")
    hosted = ("sandbox.contexts=1", "sandbox.creations_per_s=50", "sandbox.usd_per_sandbox_hour=36")
    out = tmp_path / "hosted.json"
    repeated = ("batch.duplicate_share=0.5", "num_round_trips=2", "beside.slots=1")

    assert main(["bench", "what=hosted", *small, *hosted, *repeated, f"out={out}"]) == 0

    runs = json.loads(out.read_text())["runs"]
    assert [run["sandbox"] for run in runs] == ["E2BSandbox", "LocalSandbox"]
    for run in runs:
        assert run["first"]["verdicts"] == run["again"]["verdicts"] == {"accepted": 4}
        assert run["again"]["num_executions"] == 2
        assert (len(run["round_trips_ms"]), run["start_s"] > 0) == (2, True)
    taken = runs[0]["usage"]
    assert (taken["creations"], taken["requests"]) == (1, len(server.bodies))
    assert taken["usd"] == pytest.approx(taken["sandbox_s"] / 100)
    assert runs[1]["usage"] is None
    assert server.cloud.live() == []
    assert "sandboxes of E2BSandbox: 1 created, " in capsys.readouterr().out
