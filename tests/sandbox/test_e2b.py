"""`sandbox=e2b`, by the real SDK, against a server that stands in for E2B's cloud."""

import signal
import threading
import time
from collections.abc import Callable

import pytest

from tarot.grading.grader import Grader
from tarot.sandbox.cloud import breaker
from tarot.sandbox.e2b import E2BSandbox
from tarot.types import Limits, Problem, Program, StopReason, TestCase, Tier, Verdict
from tests.planned_faults import Fault
from tests.sandbox.e2b_server.faults import (
    BAD_GATEWAY,
    BROKEN,
    DEATH,
    DUPLICATED,
    LATENCY,
    RESET,
    TOO_MANY,
    TRUNCATED,
    Plan,
)
from tests.sandbox.e2b_server.harness import LIMITS, adding, job, wrongly_added
from tests.sandbox.e2b_server.server import Server, serving

SECRET = "d41d8cd98f00b204"

Make = Callable[..., E2BSandbox]


def test_one_sandbox_serves_many_batches_without_a_way_to_the_internet(
    make: Make, server: Server
) -> None:
    sandbox = make(lifetime_s=200)

    for _ in range(3):
        assert wrongly_added(sandbox.run(adding(40))) == []

    (order,) = server.cloud.orders
    assert order["allow_internet_access"] is False
    assert order["timeout"] == 200
    assert order["templateID"] == "code-interpreter-v1"
    assert sandbox.run([]) == []


def test_executions_say_what_they_say_here(make: Make) -> None:
    sources = {
        "import sys; print(1); print(2, file=sys.stderr); sys.exit(3)": (b"1\n", b"2\n", 3, None),
        "import os; os.fork()": (b"", b"", -31, StopReason.SECURITY),
        "print(ascii(input()), '\\ud800'.encode('utf-8', 'surrogatepass'))": (
            b"'\\xe9 x' b'\\xed\\xa0\\x80'\n",
            b"",
            0,
            None,
        ),
    }
    executions = make().run([job(source, "é x\n") for source in sources])

    found = [(e.stdout, e.stderr, e.exit_code, e.stopped_by) for e in executions]
    assert found == list(sources.values())
    assert all(e.num_attempts == 1 and e.wall_s > 0 and e.peak_mb > 1 for e in executions)


def test_expected_outputs_stay_here(make: Make, server: Server) -> None:
    test = TestCase(stdin="1\n", expected=SECRET, tier=Tier.BASIC)
    problem = Problem(id="p", statement="", tests=(test,))
    program = Program(f"print('{SECRET[:8]}' + '{SECRET[8:]}')")

    (grade,) = Grader(make(), LIMITS).grade_programs([(problem, program)])

    assert grade.results[0].verdict is Verdict.ACCEPTED
    assert not [body for body in server.bodies if SECRET in body or server.cloud.key in body]


@pytest.mark.parametrize(
    ("fault", "max_sandboxes"),
    [
        (LATENCY, 1),
        (TOO_MANY, 1),
        (BROKEN, 2),
        (BAD_GATEWAY, 1),
        (RESET, 2),
        (DEATH, 1),
        (DEATH, 2),
        (TRUNCATED, 1),
        (DUPLICATED, 1),
    ],
    ids=str,
)
def test_no_fault_of_a_request_costs_a_verdict(
    make: Make, server: Server, fault: Fault, max_sandboxes: int
) -> None:
    sandbox = make(max_sandboxes=max_sandboxes, programs_per_request=8)
    server.plan.then("execute", None, fault, None, fault)

    executions = sandbox.run(adding(40))

    assert wrongly_added(executions) == []
    assert server.plan.injected == {f"execute {fault.kind}": 2}


@pytest.mark.parametrize("fault", [LATENCY, TOO_MANY, BROKEN, RESET], ids=lambda fault: fault.kind)
def test_a_fault_of_a_creation_leaves_no_second_sandbox(
    make: Make, server: Server, fault: Fault
) -> None:
    server.plan.then("create", fault)

    assert wrongly_added(make().run(adding(4))) == []
    assert len(server.cloud.orders) == 1


def test_who_is_to_wait_waits(make: Make, server: Server) -> None:
    sandbox = make()
    server.plan.then("execute", TOO_MANY)
    sandbox.run(adding(1))

    _, refused_s, next_s = server.executions_s
    assert next_s - refused_s >= TOO_MANY.amount


def test_a_job_is_lost_alone_when_it_has_failed_often_enough(make: Make, server: Server) -> None:
    sandbox = make(attempts=2, programs_per_request=1)
    server.plan.then("execute", BROKEN, None, BROKEN)

    lost, *others = sandbox.run(adding(5))

    assert (lost.stopped_by, lost.num_attempts) == (StopReason.INFRASTRUCTURE, 2)
    assert [(e.stopped_by, e.num_attempts) for e in others] == [(None, 1)] * 4


def test_a_request_without_an_answer_is_given_up_and_a_slow_program_is_not(
    make: Make, server: Server
) -> None:
    limits = Limits(cpu_s=0.2, wall_s=0.2, memory_mb=256, output_kb=64)
    sandbox = make(answer_margin_s=1.0)
    server.plan.then("execute", Fault("silence", 60.0))

    slow, quick = sandbox.run(
        [job("import time; time.sleep(9)", "x", limits), job("print(1)", "", limits)]
    )

    assert (slow.stopped_by, quick.stdout) == (StopReason.TIME, b"1\n")
    assert slow.num_attempts > 1


def test_more_sandboxes_than_the_plan_allows_are_done_without(make: Make, server: Server) -> None:
    server.cloud.max_at_once = 1
    sandbox = make(max_sandboxes=4, programs_per_request=1)

    assert wrongly_added(sandbox.run(adding(30))) == []
    assert server.cloud.most_at_once == 1


@pytest.mark.parametrize(("processes", "most"), [("1", 4), ("2", 2), ("9", 1)])
def test_the_processes_of_a_training_share_the_sandboxes_out(
    make: Make, server: Server, monkeypatch: pytest.MonkeyPatch, processes: str, most: int
) -> None:
    monkeypatch.setenv("WORLD_SIZE", processes)
    jobs = [job("import time; time.sleep(0.3)", "x")] * 12
    executions = make(max_sandboxes=4, programs_per_request=1).run(jobs)
    assert {execution.exit_code for execution in executions} == {0}
    assert server.cloud.most_at_once == most


def test_a_service_that_comes_back_costs_nothing(
    make: Make, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = make(attempts=2)
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    server.cut()
    back = threading.Event()
    done = threading.Event()

    def return_later() -> None:
        time.sleep(3)
        with serving(server.cloud, Plan(), port):
            back.set()
            done.wait()

    thread = threading.Thread(target=return_later)
    thread.start()
    try:
        executions = sandbox.run(adding(40))
        assert back.is_set()
        assert wrongly_added(executions) == []
        sandbox.close()
    finally:
        done.set()
        thread.join()


def test_a_service_that_stays_away_loses_the_batch_and_raises_nothing(
    make: Make, server: Server
) -> None:
    sandbox = make(max_outage_s=1.0)
    server.shutdown()
    server.server_close()
    server.cut()

    executions = sandbox.run(adding(3))

    assert [e.stopped_by for e in executions] == [StopReason.INFRASTRUCTURE] * 3
    server.cloud.close()


def test_an_interrupt_ends_the_batch_and_the_next_one_is_right(make: Make) -> None:
    sandbox = make()
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    interrupt = threading.Timer(0.5, signal.pthread_kill, args=(main_thread, signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        sandbox.run([job("import time; time.sleep(15); print('late')")])
    interrupt.join()

    assert wrongly_added(sandbox.run(adding(4))) == []


def test_a_job_that_only_another_sandbox_may_take_does_not_block_the_probe_of_an_outage(
    make: Make, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each refusal sends a job to the other sandbox, and the circuit opens meanwhile."""
    monkeypatch.setattr(breaker, "OPENS_AFTER_S", 0.1)
    sandbox = make(max_sandboxes=2, programs_per_request=1, attempts=20, max_outage_s=20.0)
    assert wrongly_added(sandbox.run(adding(8))) == []
    server.plan.then("execute", *[Fault("429", 0)] * 5)

    assert wrongly_added(sandbox.run(adding(2))) == []
