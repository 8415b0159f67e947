"""Supervisors that die and disks that fill in mid batch; no right program may be judged wrong."""

import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarot.grading.judge import judge
from tarot.sandbox.local import LocalSandbox
from tarot.types import Job, Limits, Program, Verdict

LIMITS = Limits(cpu_s=2.0, wall_s=10.0, memory_mb=256, output_kb=256)
HARMLESS = {Verdict.ACCEPTED, Verdict.INFRASTRUCTURE}
USES_ITS_FOLDER = """
import time
time.sleep(.1)
try:
    with open("note", "w") as file: file.write("x" * 100_000)
    print(len(open("note").read()) + int(input()))
except OSError:
    print("no room")
"""


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of 4 MiB that holds the sandbox's folders."""
    if os.geteuid() != 0:
        pytest.skip("LOUD: only root can mount a small disk: not tested")
    options = ("-t", "tmpfs", "-o", "size=4m", "tarot-test", str(tmp_path))
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("LOUD: this root may not mount a small disk: not tested")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def job(source: str, number: int) -> Job:
    return Job(Program(source), str(number).encode(), LIMITS)


@pytest.mark.parametrize("layers", [("seccomp", "landlock"), ("seccomp", "namespaces")])
def test_killed_supervisors_cost_no_right_program_its_verdict(layers: tuple[str, ...]) -> None:
    sandbox = LocalSandbox(slots=2, layers=layers)
    jobs = [job("import time; time.sleep(.05); print(input())", n) for n in range(30)]
    sandbox.run(jobs[:2])
    killed: list[int] = []
    killer = threading.Timer(0.3, lambda: killed.extend(_kill_supervisors(sandbox)))
    killer.start()

    verdicts = [judge(e, str(n)) for n, e in enumerate(sandbox.run(jobs))]

    killer.join()
    sandbox.close()
    assert len(killed) == 2
    assert verdicts == [Verdict.ACCEPTED] * 30


def test_a_disk_that_fills_makes_no_right_program_wrong(small_disk: Path) -> None:
    sandbox = LocalSandbox(slots=2, layers=("seccomp", "landlock"))
    jobs = [job(USES_ITS_FOLDER, n) for n in range(8)]
    before = sandbox.run(jobs[:2])
    filler = threading.Timer(0.25, _fill, args=(small_disk,))
    filler.start()

    verdicts = Counter(judge(e, str(100_000 + n)) for n, e in enumerate(sandbox.run(jobs)))

    filler.join()
    bystander = sandbox.run([job("print(input())", 1)])[0]
    sandbox.close()
    assert [judge(e, str(100_000 + n)) for n, e in enumerate(before)] == [Verdict.ACCEPTED] * 2
    assert set(verdicts) <= HARMLESS
    assert verdicts[Verdict.INFRASTRUCTURE] > 0
    assert judge(bystander, "1") is Verdict.ACCEPTED


def test_behind_namespaces_a_full_disk_matters_to_nobody(small_disk: Path) -> None:
    sandbox = LocalSandbox(slots=1, layers=("seccomp", "namespaces"))
    sandbox.run([job("", 0)])
    _fill(small_disk)

    execution = sandbox.run([job(USES_ITS_FOLDER, 1)])[0]

    sandbox.close()
    assert judge(execution, "100001") is Verdict.ACCEPTED


def _kill_supervisors(sandbox: LocalSandbox) -> list[int]:
    supervisors = [
        int(pid)
        for keeper in sandbox.pids()
        for pid in Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    ]
    for pid in supervisors:
        os.kill(pid, signal.SIGKILL)
    return supervisors


def _fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
