"""The key of `sandbox=e2b` appears nowhere: not in a file, a log, a process list or an error."""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from tests.sandbox.e2b_server.cloud import Cloud
from tests.sandbox.e2b_server.faults import BROKEN, DEATH, RESET, TOO_MANY, Plan
from tests.sandbox.e2b_server.server import serving

KEY = "e2b_recognisable0123456789abcdef"

SCRIPT = """
import logging, os, sys
logging.basicConfig(filename="log.txt", level=logging.DEBUG)
from tarot.sandbox.e2b import E2BSandbox
from tarot.types import UserError
from tests.sandbox.e2b_server.harness import adding, job, wrongly_added
sandbox = E2BSandbox(max_sandboxes=2, programs_per_request=4, creations_per_s=20)
print(wrongly_added(sandbox.run(adding(40))), flush=True)
search = "import os, sys; print(sorted(os.environ), sys.argv)"
print(sandbox.run([job(search)])[0].stdout, flush=True)
input()
sandbox.close()
os.environ["E2B_API_KEY"] += "wrong"
try:
    E2BSandbox()
except UserError as error:
    print(error)
"""


def test_the_key_is_in_no_file_log_process_list_or_error(tmp_path: Path, root: Path) -> None:
    cloud, plan = Cloud(KEY), Plan()
    plan.then("create", BROKEN, TOO_MANY)
    plan.then("execute", None, RESET, BROKEN, DEATH, TOO_MANY)
    with serving(cloud, plan) as server:
        environment = {
            **{name: os.environ[name] for name in ("PATH",)},
            **server.environment,
            "HOME": str(tmp_path),
            "TMPDIR": str(tmp_path),
            "PYTHONPATH": str(root),
        }
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            env=environment,
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        commands = [" ".join(found.info["cmdline"] or ()) for found in processes()]
        rest, _ = process.communicate(b"\n")
        bodies = "".join(server.bodies)
    cloud.close()

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    written = {str(path.relative_to(tmp_path)): path.read_bytes() for path in files}
    said = b"".join([*lines, rest])
    assert lines[0] == b"[]\n"
    assert b"sandbox=e2b: AuthenticationException" in rest
    assert sum(plan.injected.values()) == 6
    assert len(written["log.txt"]) > 1000
    assert any(name.startswith(".cache/tarot/e2b/creations-") for name in written)
    secret = KEY.encode()
    assert [name for name, text in written.items() if secret in text or KEY in name] == []
    assert [command for command in commands if KEY in command] == []
    assert secret not in said
    assert KEY not in bodies


def processes() -> list[psutil.Process]:
    return list(psutil.process_iter(["cmdline"]))
