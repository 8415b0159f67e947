"""`sandbox=sandbox_fusion` against a server that stands in for the engine."""

import asyncio
import logging
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.grading.grader import Grader
from tarot.sandbox.cloud.failures import Failure
from tarot.sandbox.cloud.fusion_service import Address, Context, FusionService, Sandbox
from tarot.sandbox.fusion import FusionSandbox
from tarot.types import Problem, Program, StopReason, TestCase, Tier, UserError, Verdict
from tests.sandbox.e2b_server.faults import KILLED, OF_A_RUN
from tests.sandbox.e2b_server.harness import LIMITS, adding, job, wrongly_added
from tests.sandbox.fusion_server import Engine, serving

SECRET, PASSWORD = "d41d8cd98f00b204", "pa55w0rd"
VARIABLE = "SANDBOX_FUSION_ENDPOINT"

Make = Callable[..., FusionSandbox]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Engine]:
    """An engine whose folder for temporary files is empty in the end."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    with serving(folder) as engine:
        monkeypatch.setenv(VARIABLE, engine.url)
        yield engine
    assert list(folder.iterdir()) == []


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[FusionSandbox] = []

    def build(**settings: object) -> FusionSandbox:
        made.append(FusionSandbox(**{"requests": 1, **settings}))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for sandbox in made:
        sandbox.close()


def test_executions_say_what_they_say_here_and_nothing_else_goes_over(
    make: Make, engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(VARIABLE, engine.url.replace("//", f"//me:{PASSWORD}@") + "/")
    test = TestCase(stdin="1\n", expected=SECRET, tier=Tier.BASIC)
    problem = Problem(id="p", statement="", tests=(test,))
    program = Program(f"print('{SECRET[:8]}' + '{SECRET[8:]}')")
    sources = {
        "import sys; print(1); print(2, file=sys.stderr); sys.exit(3)": (b"1\n", b"2\n", 3, None),
        "import os; os.fork()": (b"", b"", -31, StopReason.SECURITY),
        "print(ascii(input()))": (b"'\\xe9 x'\n", b"", 0, None),
        "import random; random.seed(1); print(random.randbytes(90_000).hex())": (
            random.Random(1).randbytes(90_000).hex().encode() + b"\n",
            b"",
            0,
            None,
        ),
    }
    sandbox = make()
    executions = sandbox.run([job(source, "é x\n") for source in sources])
    (grade,) = Grader(sandbox, LIMITS).grade_programs([(problem, program)])

    found = [(e.stdout, e.stderr, e.exit_code, e.stopped_by) for e in executions]
    assert found == list(sources.values())
    assert grade.results[0].verdict is Verdict.ACCEPTED
    assert len(engine.bodies) == 3
    assert not [body for body in engine.bodies if SECRET in body]
    assert engine.users == {f"me:{PASSWORD}"}
    assert PASSWORD not in caplog.text
    assert sandbox.run([]) == []


def test_no_fault_costs_a_verdict(
    make: Make, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes share two requests out."""
    monkeypatch.setenv("WORLD_SIZE", "2")
    sandbox = make(requests=4, programs_per_request=10)
    faults = [fault for fault in OF_A_RUN if fault != KILLED]
    engine.plan.then("run_code", *faults)

    assert wrongly_added(sandbox.run(adding(20))) == []
    assert engine.plan.injected == {f"run_code {fault.kind}": 1 for fault in faults}
    assert engine.most_at_once == 2


def test_what_came_before_a_runner_was_killed_counts_and_costs_one_attempt(
    make: Make, engine: Engine
) -> None:
    sandbox = make()
    engine.plan.then("run_code", KILLED)
    jobs = [*adding(2), job("import time; time.sleep(0.5); print(3)"), *adding(1)]

    executions = sandbox.run(jobs)

    assert [e.stdout for e in executions] == [b"1\n", b"2\n", b"3\n", b"1\n"]
    assert [e.num_attempts for e in executions] == [1, 1, 2, 1]
    for left in engine.folder.glob("tarot-slot-*"):
        shutil.rmtree(left)


def test_a_request_that_takes_long_leaves_the_rest_to_the_next(make: Make, engine: Engine) -> None:
    sandbox = make(request_s=0.05)

    executions = sandbox.run([job("import time; time.sleep(0.1); print(1)")] * 2)

    assert [(e.stdout, e.num_attempts) for e in executions] == [(b"1\n", 1)] * 2
    assert len(engine.runs_s) == 3


def test_a_run_that_does_not_end_is_stopped_and_what_it_said_is_heard(engine: Engine) -> None:
    said: list[str] = []
    service = FusionService(Address(engine.url, None), None)
    code = "import time; print('here', flush=True); time.sleep(60)"
    execution = service.execute(Sandbox(), Context(), code, lambda text, _: said.append(text), 6.0)
    with pytest.raises(Failure) as error:
        asyncio.run(execution)

    assert str(error.value) == "Failed, TimeLimitExceeded"
    assert said == ["here\n"]


def test_an_engine_whose_python_is_old_uses_another_of_its_container(
    make: Make, engine: Engine, tmp_path: Path
) -> None:
    old = tmp_path / "old" / "python"
    old.parent.mkdir()
    pretence = (
        "import runpy, sys; sys.version_info = (3, 10, 13); "
        "runpy.run_path(sys.argv[-1], run_name='__main__')"
    )
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{pretence}" "$@"\n')
    old.chmod(0o755)
    engine.python = f"{old.parent}:{engine.python}"

    assert wrongly_added(make().run(adding(1))) == []
    with pytest.raises(UserError) as error:
        make(python=str(old))
    assert str(error.value) == (
        "sandbox=sandbox_fusion: its Python is 3.10, and 3.11 is needed; change its container, "
        "name another sandbox.python in it, or use sandbox=local"
    )


def test_an_engine_that_is_down_is_one_line_at_the_start_and_later_loses_the_batch(
    make: Make, engine: Engine
) -> None:
    sandbox = make(request_s=0.5, max_outage_s=1.0)
    engine.shutdown()
    engine.server_close()

    executions = sandbox.run(adding(3))
    assert [e.stopped_by for e in executions] == [StopReason.INFRASTRUCTURE] * 3
    with pytest.raises(UserError) as error:
        make(attempts=1)
    assert str(error.value) == (
        "sandbox=sandbox_fusion: ConnectError: All connection attempts failed; see that an engine "
        f"runs at the address in {VARIABLE} or sandbox.url"
    )
    sandbox.close()
    assert [e.stopped_by for e in sandbox.run(adding(1))] == [StopReason.INFRASTRUCTURE]


def test_a_run_without_an_address_leaves_no_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)

    assert main(["train", "+experiment=tiny", "sandbox=sandbox_fusion"]) == 2

    assert capsys.readouterr().err == (
        f"sandbox=sandbox_fusion: {VARIABLE} is not set; export the address of your engine, such "
        "as http://localhost:8080, or give it as sandbox.url\n"
    )
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"requests": 0}, "sandbox.requests: 0 should be at least 1"),
        (
            {"request_s": 700.0},
            "sandbox.request_s: should be above 0 and below sandbox.max_outage_s",
        ),
        ({"require": ["selinux"]}, "sandbox.require: there is no layer 'selinux'"),
        ({"url": "localhost:8080"}, "sandbox.url: should be an address such as http://localhost"),
        (
            {"url": "http://a:x@h"},
            f"sandbox.url: holds a name or password; export it as {VARIABLE}",
        ),
        ({}, f"{VARIABLE}: should be an address such as http://localhost:8080"),
    ],
)
def test_bad_settings_are_one_line(
    settings: dict[str, object], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f"http://me:{PASSWORD}@host:port")
    with pytest.raises(UserError) as error:
        FusionSandbox(**settings)  # type: ignore[arg-type]

    assert str(error.value).startswith(line)
    assert PASSWORD not in str(error.value)
