"""Judges the shared adversarial programs; also a script, for running as another user.

python adversarial_rows.py FILE.jsonl LAYER,LAYER
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tarot.grading.judge import judge
from tarot.sandbox.local import LocalSandbox
from tarot.types import Job, Limits, Program

LIMITS = Limits(cpu_s=0.8, wall_s=2.5, memory_mb=256, output_kb=1024)

Row = dict[str, str]


def read_rows(file: Path, folder: Path) -> list[Row]:
    """The rows, with files in `folder` for their placeholders."""
    contents = {"victim": "precious", "secret": "machine x login y password z\n", "tests": '["1"]'}
    text = file.read_text()
    for name, content in contents.items():
        (folder / name).write_text(content)
        text = text.replace(f"@{name.upper()}@", str(folder / name))
    return [json.loads(line) for line in text.split("\n") if line]


def missed(rows: Sequence[Row], layers: Sequence[str]) -> dict[str, str]:
    """Verdict and last words of each row that got another verdict than its own."""
    sandbox = LocalSandbox(layers=layers)
    try:
        executions = sandbox.run(
            [Job(Program(r["code"]), r["stdin"].encode(), LIMITS) for r in rows]
        )
    finally:
        sandbox.close()
    found = {}
    for row, execution in zip(rows, executions, strict=True):
        verdict = judge(execution, row["expected_stdout"])
        if verdict not in (row["verdict"], *row["alt"]):
            found[row["name"]] = f"{verdict}: {execution.stderr[-300:]!r}"
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        rows = read_rows(Path(sys.argv[1]), Path(name))
        json.dump(missed(rows, sys.argv[2].split(",")), sys.stdout)
