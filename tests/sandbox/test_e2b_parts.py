"""The parts of `sandbox=e2b` that need no service: the queue, the lines, the limit of creations."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tarot.sandbox.cloud import owners, parcels
from tarot.sandbox.cloud.queue import Queue
from tarot.sandbox.cloud.rate import CreationRate
from tarot.types import Execution, StopReason
from tests.sandbox.e2b_server.harness import adding, job

DONE = Execution(b"1\n", b"", 0, 0.1, 0.1, 9.0)
LOST_THERE = Execution(b"", b"", -9, 0.1, 0.1, 9.0, StopReason.INFRASTRUCTURE)


def test_a_failed_job_goes_to_another_sandbox_and_back_only_when_there_is_no_other() -> None:
    async def use() -> None:
        queue = Queue(adding(1), attempts=3, least_at_once=1, most_at_once=8)
        await queue.enter("a")
        await queue.enter("b")
        taken = await queue.take("a", 1)
        await queue.give_back(taken, "a", "it broke")

        again = asyncio.ensure_future(queue.take("a", 1))
        await asyncio.sleep(0)
        assert not again.done()
        await queue.leave("b")
        assert await again == [0]

    asyncio.run(use())


def test_a_broken_request_costs_the_job_that_was_on_alone() -> None:
    async def use() -> list[Execution]:
        queue = Queue(adding(4), attempts=1, least_at_once=1, most_at_once=8)
        await queue.enter("a")
        taken = [index for _ in range(4) for index in await queue.take("a", 9)]
        queue.record(taken[0], DONE)
        await queue.give_back(taken, "a", "it broke")
        again = [index for _ in range(2) for index in await queue.take("a", 9)]
        assert again == taken[2:]
        for index in again:
            queue.record(index, DONE)
        await queue.give_back(again, "a", "nothing is missing")
        assert queue.is_over.is_set()
        return [queue.executions()[index] for index in taken]

    done, broken, *others = asyncio.run(use())

    assert [e.stdout for e in (done, *others)] == [b"1\n"] * 3
    assert broken.stopped_by is StopReason.INFRASTRUCTURE


def test_a_job_that_failed_goes_alone_and_others_in_requests_of_some_size() -> None:
    async def use() -> None:
        queue = Queue(adding(9), attempts=2, least_at_once=4, most_at_once=8)
        await queue.enter("a")
        first = await queue.take("a", 9)
        await queue.give_back(first, "a", "it broke")

        assert await queue.take("a", 9) == first[:1]
        assert await queue.take("a", 9) == [*first[1:], 4]

    asyncio.run(use())


def test_what_could_not_be_judged_there_is_tried_again() -> None:
    async def use() -> Execution:
        queue = Queue(adding(1), attempts=2, least_at_once=1, most_at_once=8)
        await queue.enter("a")
        for execution in (LOST_THERE, DONE):
            taken = await queue.take("a", 1)
            queue.record(taken[0], execution)
            await queue.give_back(taken, "a", "killed from outside")
        assert queue.is_over.is_set()
        return queue.executions()[0]

    execution = asyncio.run(use())

    assert (execution.stdout, execution.num_attempts) == (b"1\n", 2)


def test_requests_shrink_so_that_no_worker_is_idle_at_the_end() -> None:
    async def use() -> list[int]:
        queue = Queue(adding(40), attempts=1, least_at_once=1, most_at_once=8)
        await queue.enter("a")
        sizes = []
        while not queue.is_over.is_set():
            taken = await queue.take("a", 2)
            sizes.append(len(taken))
            for index in taken:
                queue.record(index, DONE)
            await queue.give_back(taken, "a", "nothing is missing")
        return sizes

    assert asyncio.run(use()) == [8, 8, 6, 4, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1]


def test_jobs_come_through_a_parcel_as_they_were() -> None:
    jobs = [job("print('\ud800é')", "é\n"), job("x" * 100_000)]

    assert parcels.unpack(parcels.pack(jobs)) == jobs


@given(st.lists(st.integers(0, 400), max_size=12), st.booleans())
def test_lines_are_whole_however_they_are_torn_and_doubled(
    cuts: list[int], is_doubled: bool
) -> None:
    text = (
        "noise\n"
        + "".join(parcels.line("r", n, DONE) for n in range(3))
        + parcels.line("other", 9, DONE)
    )
    ends = [*sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    heard: list[dict[str, Any]] = []
    lines = parcels.Lines("r", heard.append)
    start = 0
    for moment, end in enumerate(ends):
        for _ in range(1 + is_doubled):
            lines.add(text[start:end], moment)
        start = end

    assert [record["number"] for record in heard] == [0, 1, 2]
    assert {parcels.execution_of(record) for record in heard} == {DONE}


def test_creations_of_another_boot_and_of_processes_long_gone_hold_up_nobody(
    tmp_path: Path,
) -> None:
    path = tmp_path / "creations.json"
    now_s = time.monotonic()
    path.write_text(json.dumps({"boot": now_s + 1e6, "gone": now_s - 1}))

    async def use() -> None:
        async with CreationRate(path, 1.0).turn():
            assert len(json.loads(path.read_text())) == 1

    asyncio.run(use())


def test_a_torn_file_of_creations_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "creations.json"
    path.write_text('{"a": 1')

    async def use() -> None:
        async with CreationRate(path, 1.0).turn():
            pass

    asyncio.run(use())
    assert len(json.loads(path.read_text())) == 1


def test_whose_process_runs_is_no_orphan_nor_whose_machine_is_another() -> None:
    own = owners.metadata()
    pid, started = own["process"].split("-")

    assert not owners.is_orphan(own)
    assert owners.is_orphan({**own, "process": f"{pid}-{int(started) + 1}"})
    assert not owners.is_orphan({**own, "process": "1-1", "host": "another"})
    assert not owners.is_orphan({"tarot": "sandbox"})
