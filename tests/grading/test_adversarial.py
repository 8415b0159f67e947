"""The adversarial programs of the shared folder, each with its own verdict."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarot.grading.judge import judge
from tarot.sandbox.local import LAYERS, LocalSandbox
from tarot.types import Job, Limits, Program

LIMITS = Limits(cpu_s=1.0, wall_s=4.0, memory_mb=256, output_kb=1024)


@pytest.fixture(scope="module", params=["all", "seccomp+landlock"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[LocalSandbox]:
    layers = LAYERS if request.param == "all" else ("seccomp", "landlock")
    sandbox = LocalSandbox(layers=layers)
    yield sandbox
    sandbox.close()


def test_every_adversarial_program_gets_its_verdict(
    shared: Path, sandbox: LocalSandbox, tmp_path: Path
) -> None:
    victim, secret, tests = (tmp_path / name for name in ("victim", "netrc", "tests.json"))
    victim.write_text("precious")
    secret.write_text("machine x login y password z\n")
    tests.write_text('["1"]')
    text = (shared / "adversarial.jsonl").read_text()
    for placeholder, path in (("@VICTIM@", victim), ("@SECRET@", secret), ("@TESTS@", tests)):
        text = text.replace(placeholder, str(path))
    rows = [json.loads(line) for line in text.split("\n") if line]

    jobs = [Job(Program(row["code"]), row["stdin"].encode(), LIMITS) for row in rows]
    executions = sandbox.run(jobs)

    verdicts = [judge(e, row["expected_stdout"]) for e, row in zip(executions, rows, strict=True)]
    missed = {
        row["name"]: (verdict.value, row["verdict"], execution.stderr[-300:])
        for row, verdict, execution in zip(rows, verdicts, executions, strict=True)
        if verdict not in (row["verdict"], *row["alt"])
    }
    assert len(rows) == 59
    assert missed == {}
    assert victim.read_text() == "precious"
