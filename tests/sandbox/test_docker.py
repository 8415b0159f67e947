"""The docker sandbox by its command line; no engine is needed.

A stand-in for the command runs slots on this machine, so that all but the containers is real.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarot.sandbox.docker import ContainerLaunch, DockerSandbox
from tarot.sandbox.launch import Order
from tarot.types import Job, Limits, Program, StopReason, UserError

LIMITS = Limits(cpu_s=2.0, wall_s=10.0, memory_mb=256, output_kb=64)
FAKE = Path(__file__).with_name("fake_docker.py")


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stand-in, which is all of the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    install(folder, FAKE.read_text())
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def sandbox(docker: Path) -> Iterator[DockerSandbox]:
    sandbox = DockerSandbox(image="python:own", slots=1, memory_mb=700)
    yield sandbox
    sandbox.close()


def install(folder: Path, text: str) -> None:
    (folder / "docker").write_text(f"#!{sys.executable}\n{text}")
    (folder / "docker").chmod(0o755)


def job(source: str) -> Job:
    return Job(Program(source), b"41", LIMITS)


def test_programs_run_in_slots_that_docker_starts(docker: Path, sandbox: DockerSandbox) -> None:
    sources = ["print(int(input()) + 1)", "import os; os.fork()", "import numpy; print(2)"]
    executions = sandbox.run([job(source) for source in sources])

    calls = [json.loads(line) for line in (docker / "calls.jsonl").read_text().splitlines()]
    assert [call[0] for call in calls] == ["version", "image", "run", "run", "run"]
    assert [execution.stdout for execution in executions] == [b"42\n", b"", b"2\n"]
    assert executions[1].stopped_by is StopReason.SECURITY
    assert {"seccomp", "namespaces"} <= sandbox.layers


def test_a_container_gets_no_more_than_it_needs() -> None:
    order = Order(frozenset({"seccomp", "landlock"}), ("math", "re"), "/tmp/slot", 2)
    words = ContainerLaunch("python:own", 700).command(order, "tarot-1", 1000)

    image = words.index("python:own")
    room = str(Path(__file__).parents[2] / "tarot/sandbox")
    assert words[:image] == [
        *("docker", "run", "--rm", "--init", "--name", "tarot-1", "--user", "1000:1000"),
        *("--network", "none", "--ipc", "none", "--read-only"),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--pids-limit", "256", "--memory", "700m", "--memory-swap", "700m"),
        "--tmpfs",
        "/scratch:rw,nosuid,nodev,noexec,size=64m,mode=700,uid=1000,gid=1000",
        *("--workdir", "/"),
        *("--mount", "type=bind,source=/tmp/slot,target=/tmp/slot,readonly"),
        *("--mount", f"type=bind,source={room},target={room},readonly"),
        *("--env", "PATH=/usr/bin:/bin", "--env", "LANG=C.UTF-8", "--env", "PYTHONUTF8=1"),
        *("--env", "PYTHONHASHSEED=0", "--env", "PYTHONDONTWRITEBYTECODE=1"),
        *("--env", "OPENBLAS_NUM_THREADS=1", "--env", "OMP_NUM_THREADS=1"),
        *("--env", "MKL_NUM_THREADS=1"),
    ]
    assert words[image + 1 : image + 5] == ["python3", "-s", "-P", "-c"]
    assert words[image + 6 :] == [
        "/tmp/slot/control",
        "landlock,seccomp",
        "/scratch",
        "math,re",
        "",
    ]


def test_a_dead_slot_is_replaced_and_its_container_killed_by_name(
    docker: Path, sandbox: DockerSandbox
) -> None:
    sandbox.run([job("")])
    *_, name = sorted(docker.glob("tarot-????????????????"), key=lambda path: path.stat().st_mtime)
    pid = int(name.read_text())
    os.kill(pid, signal.SIGKILL)

    execution = sandbox.run([job("print(1)")])[0]

    assert execution.stdout == b"1\n"
    assert ["kill", name.name] in [
        json.loads(line) for line in (docker / "calls.jsonl").read_text().splitlines()
    ]


def test_closing_ends_every_slot(docker: Path) -> None:
    sandbox = DockerSandbox(slots=2)
    sandbox.run([job("import time; time.sleep(.1)")] * 4)
    pids = [int(path.read_text()) for path in docker.glob("tarot-????????????????")]

    sandbox.close()

    deadline_s = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_without_the_command_the_refusal_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError) as error:
        DockerSandbox()

    assert str(error.value) == (
        "sandbox=docker: there is no docker command here; install it, or use sandbox=local"
    )


@pytest.mark.parametrize(
    ("silent", "line"),
    [
        ("version", "sandbox=docker: no daemon; start the engine, or use sandbox=local"),
        ("image", "sandbox=docker: no daemon; run: docker pull python:3.11-slim"),
        ("run", "sandbox: no slot can be started (docker run ended with exit code 9: no daemon"),
    ],
)
def test_an_engine_that_refuses_is_quoted(docker: Path, silent: str, line: str) -> None:
    install(
        docker,
        f"import sys\nif sys.argv[1] == {silent!r}:\n"
        "    print('no daemon', file=sys.stderr)\n    sys.exit(9)\n",
    )
    with pytest.raises(UserError) as error:
        DockerSandbox()

    assert str(error.value).startswith(line)
