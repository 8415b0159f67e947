"""`launcher=dstack`: its task against dstack's own schema, and applying it by a stand-in command.

The schema is what pydantic exports of dstack 0.22.5's TaskConfiguration.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from launchers.dstack import DstackLauncher, task_name
from launchers.dstack_node import main, placement
from launchers.job import Job, read_job, write_job
from tarot.cli.composition import compose
from tarot.config.targets import build
from tarot.runs.child import child_of
from tarot.runs.environment import PROJECT
from tarot.runs.queueing import QueueingLauncher
from tarot.types import Outcome, Run, RunState, UserError

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = json.loads((GOLDEN / "dstack_0.22.5_task.json").read_text())
RUN = Run("runs/r-1a2b3c4d", ("python", "-m", "tarot.training", "runs/r-1a2b3c4d"))
TWO_NODES = (
    "hardware=gpu16_80gb",
    "launcher.memory_gb=900",
    "launcher.env=[HF_TOKEN]",
    "launcher.task={volumes: ['runs:/runs'], retry: true}",
)


def config(*overrides: str) -> dict[str, Any]:
    (job,) = compose("train", ["launcher=dstack", *overrides])
    return job.config


def launcher(*overrides: str) -> DstackLauncher:
    built = build("launcher", config(*overrides)["launcher"])
    assert isinstance(built, DstackLauncher)
    return built


def rendered(*overrides: str) -> str:
    return launcher(*overrides).render(RUN, config(*overrides))


def task(*overrides: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(rendered(*overrides))
    return loaded


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run directory, in which the test works."""
    directory = tmp_path / "tiny-1a2b3c4d"
    directory.mkdir()
    (directory / "config.json").write_text(json.dumps(config("+experiment=tiny")))
    monkeypatch.chdir(tmp_path)
    return directory


def test_the_task_for_two_nodes_is_this(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_TOKEN", "hf_of_nobody")
    text = rendered(*TWO_NODES)
    shown = text.replace(str(tmp_path), "FOLDER").replace(str(PROJECT), "PROJECT")
    assert shown == (GOLDEN / "dstack_two_nodes.yaml").read_text()


@pytest.mark.parametrize("hardware", ["cpu", "gpu1_24gb", "gpu8_80gb", "gpu8_80gb_colocate"])
def test_a_task_is_what_dstack_takes(hardware: str) -> None:
    jsonschema.validate(task(f"hardware={hardware}"), SCHEMA)
    jsonschema.validate(task(*TWO_NODES), SCHEMA)


def test_the_schema_refuses_what_dstack_would() -> None:
    faults: list[dict[str, Any]] = [{"resuorces": {}}, {"nodes": "two"}, {"python": "3.1"}]
    for wrong in faults:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(task("hardware=cpu") | wrong, SCHEMA)


def test_what_is_sent_is_there() -> None:
    pairs = [line.split(":") for line in task("hardware=cpu")["files"]]
    sources = [Path(source) for source, there in pairs if there.startswith("/tarot/")]
    assert {path.name for path in sources} >= {"conf", "launchers", "tarot", "setup.cfg"}
    assert all(path.exists() for path in sources)


def test_a_data_file_goes_along_to_where_the_run_looks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.jsonl").touch()
    for path, there in (("mine.jsonl", "/tarot/mine.jsonl"), (f"{tmp_path}/mine.jsonl",) * 2):
        files = task("hardware=cpu", "data=jsonl", f"data.path={path}")["files"]
        assert files[-1] == f"{tmp_path}/mine.jsonl:{there}"


@pytest.mark.parametrize(
    ("directory", "name"),
    [
        ("qwen2.5-coder-7b-adaptive-1a2b3c4d", "qwen2-5-coder-7b-adaptive-1a2b3c4d"),
        ("7B_Run-1a2b3c4d", "r-7b-run-1a2b3c4d"),
        ("x" * 60 + "-1a2b3c4d", "x" * 30 + "-1a2b3c4d"),
    ],
)
def test_a_tasks_name_is_one_that_dstack_takes(directory: str, name: str) -> None:
    """At most 41 lower-case letters, digits and dashes, a letter first."""
    assert task_name(directory) == name


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["launcher.env=['HF_TOKEN=x']"], r"launcher.env\[0\]: not the name of a variable"),
        (["launcher.task={env: {A: b}}"], "launcher.task.env: not to be given here; name var"),
        (["launcher.task={registry_auth: {password: x}}"], "launcher.task.registry_auth: not"),
        (["launcher.task={nodes: 3}"], "launcher.task.nodes: not to be given here; see the"),
        (["launcher.setup=['export HF_TOKEN=x']"], r"launcher.setup\[0\]: sets HF_TOKEN, which"),
        (["launcher.image=mine"], "launcher.python, launcher.image: give one"),
        (["hardware=gpu16_80gb"], "hardware.nodes=2: the machines have to share /runs; set"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(overrides: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        rendered(*overrides)


DSTACK = """#!{python}
import json, os, sys
from pathlib import Path
Path("calls").open("a").write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "apply":
    sys.exit(os.environ.get("REFUSAL"))
status = os.environ.get("STATUS")
print(json.dumps({{"status": status}}) if status else f"Run {{sys.argv[3]}} not found")
sys.exit(0 if status else 1)
"""


@pytest.fixture
def calls(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a command is told that answers as dstack 0.22.5 does."""
    command = tmp_path / "bin" / "dstack"
    command.parent.mkdir()
    command.write_text(DSTACK.format(python=sys.executable))
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "calls"


def test_a_run_is_applied_without_waiting(folder: Path, calls: Path) -> None:
    built = launcher()
    assert isinstance(built, QueueingLauncher)
    assert built.launch(child_of(folder)) == Outcome(RunState.SUBMITTED, "tiny-1a2b3c4d")
    assert calls.read_text() == f"apply --file {folder}/dstack.yaml --yes --detach\n"
    assert yaml.safe_load((folder / "dstack.yaml").read_text())["name"] == "tiny-1a2b3c4d"
    assert read_job(folder) == Job("dstack", "tiny-1a2b3c4d")


@pytest.mark.parametrize(
    ("status", "is_applied"),
    [("pending", False), ("running", False), ("terminating", False), ("failed", True), ("", True)],
)
def test_a_run_that_dstack_still_has_is_not_applied_again(
    folder: Path, calls: Path, monkeypatch: pytest.MonkeyPatch, status: str, is_applied: bool
) -> None:
    """With --yes dstack would stop it and start anew."""
    write_job(folder, Job("dstack", "tiny-1a2b3c4d"))
    monkeypatch.setenv("STATUS", status)
    outcome = launcher().launch(child_of(folder))
    assert outcome == Outcome(RunState.SUBMITTED, "tiny-1a2b3c4d")
    asked, *applied = calls.read_text().splitlines()
    assert asked == "run get tiny-1a2b3c4d --json"
    assert bool(applied) == is_applied


def test_what_would_not_come_back_from_the_machine_is_refused(folder: Path, calls: Path) -> None:
    outcome = launcher().launch(child_of(folder, "tarot.training.probing"))
    assert (outcome.state, outcome.exit_code) == (RunState.FAILED, 2)
    assert outcome.detail.startswith("launcher=dstack: it starts trainings alone")
    assert not calls.exists()


def test_a_refusal_is_one_line(folder: Path, calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUSAL", "no such\nproject")
    outcome = launcher().launch(child_of(folder))
    refused = "launcher=dstack: dstack apply: no such project"
    assert outcome == Outcome(RunState.FAILED, refused, 2)
    assert read_job(folder) is None


def test_a_missing_dstack_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    outcome = launcher().launch(child_of(folder))
    assert (outcome.state, outcome.exit_code) == (RunState.FAILED, 2)
    assert "there is no dstack here; install it and run 'dstack login'" in outcome.detail


def test_a_machine_is_told_its_rank_and_the_first_one() -> None:
    assert placement({}) == placement({"DSTACK_NODES_NUM": "1", "DSTACK_NODE_RANK": "0"}) == {}
    several = {
        "DSTACK_NODES_NUM": "2",
        "DSTACK_NODE_RANK": "1",
        "DSTACK_MASTER_NODE_IP": "10.0.0.5",
    }
    assert placement(several) == {
        "machine_rank": 1,
        "main_process_ip": "10.0.0.5",
        "main_process_port": 29500,
    }


def test_a_machine_without_the_run_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(str(tmp_path), {}) == 2
    assert capsys.readouterr().err.endswith("no run directory, it has no config.json\n")


def test_a_machine_tells_a_users_error_by_its_exit_code(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_process = "launcher.inner._target_=launchers.local.LocalLauncher"
    (folder / "config.json").write_text(json.dumps(config("hardware=gpu8_80gb", one_process)))
    assert main(str(folder), {}) == 2
    assert capsys.readouterr().err.startswith("hardware.processes=7: launcher=local starts one")
