"""`tarot pack` on runs as training writes them, and what other commands make of the archive."""

import json
import shutil
import tarfile
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.cli.planning import plan_run
from tarot.config.targets import build
from tarot.evaluation.scores import Score, write_score
from tarot.runs import RunDirectory, prepare, write_json
from tarot.runs.best import METRIC, Best, write_best
from tests.rescoring.runs import policies, samples, write_run

TEST = {"stdin": "", "expected": "", "tier": "basic"}
ROW = {"statement": "Print nothing.", "reference": None, "tests": [TEST]}
HUB_TOKEN = "hf_" + 34 * "a"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a finished run on a file of its own, all of it named by absolute paths."""
    home = tmp_path_factory.mktemp("made")
    (home / "mine").mkdir()
    data = home / "mine" / "problems.jsonl"
    data.write_text("".join(json.dumps({"id": f"p{n}", **ROW}) + "\n" for n in range(3)))
    settings = (
        *("+experiment=tiny", "curriculum=average", "data=jsonl", f"data.path={data}"),
        *("data.dev_share=0.0", "data.test_share=0.0", "prompt=think_answer", "launcher=slurm"),
        *(f"run_dir={home}/runs/one", "launcher.setup=['source /opt/venv/bin/activate']"),
    )
    (job,) = compose("train", settings)
    planned = plan_run({**job.config, "dry_run": True})
    found = prepare({**planned.config, "dry_run": False}, planned.data_fingerprint)
    reward = build("reward", job.config["reward"])
    write_run(found.path, samples(steps=2, groups=3), reward, policies()["average"])
    fill(found)
    return home


@pytest.fixture
def run(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """That run in a home of the test's own."""
    home = tmp_path / "home"
    shutil.copytree(made, home)
    found = RunDirectory(home / "runs" / "one")
    for path in found.path.rglob("*.json"):
        path.write_text(path.read_text().replace(str(made), str(home)))
    monkeypatch.setenv("HOME", str(home))
    for name in ("HF_TOKEN", "OPENAI_API_KEY", "WANDB_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return found


def fill(run: RunDirectory) -> None:
    """What else a run has: some of it goes along, and some does not."""
    for name in ("checkpoints/checkpoint-2/model.safetensors", "logs/rank-0.stderr.log"):
        (run.path / name).parent.mkdir(parents=True)
        (run.path / name).write_text(f"of {run.path}")
    (run.path / "scores" / "mbpp-0123456789ab").mkdir(parents=True)
    (run.path / "scores" / "mbpp-0123456789ab" / "raw.log").write_text(f"of {run.path}")
    inputs = {"checkpoint": {"path": f"{run.path}/checkpoints/checkpoint-2", "step": 2}}
    score = Score("mbpp", "pass@1", 0.5, 2, 1, None, {}, {"a": [1.0], "b": [0.0]}, inputs)
    write_score(run.path, score, "0123456789ab")
    write_json(run.summary_path, {"splits": {}})
    run.log.append({"step": 1, "reward": 0.5})


def unpacked(archive: str, into: Path) -> Path:
    """The one folder in an archive, in a folder that is the current one from now on."""
    into.mkdir()
    with tarfile.open(archive) as files:
        files.extractall(into, filter="data")
    (folder,) = into.iterdir()
    return folder


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code, line = main(["pack", *arguments]), capsys.readouterr().err
    assert (code, line.count("\n")) == (2, 1)
    assert not list(Path().glob("*.tar.gz"))
    return line


def test_what_others_can_use_goes_along_without_a_path_of_this_machine(
    run: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pack", f"run={run.path}"]) == 0
    shown = capsys.readouterr().out
    folder = unpacked("one.tar.gz", tmp_path / "there")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        *("config.json", "identity.json", "environment.json", "summary.json", "packed.json"),
        *("lock", "log.jsonl", "scores/mbpp-0123456789ab.json"),
        *("rollouts/step-000001.parquet", "rollouts/step-000002.parquet"),
    }
    for path in folder.rglob("*.json*"):
        assert "/home/" not in path.read_text(), path
        assert str(tmp_path) not in path.read_text(), path
    config = json.loads((folder / "config.json").read_text())
    assert config["data"]["path"] == "data/path/problems.jsonl"
    assert config["launcher"]["setup"] == ["source activate"]
    assert (config["runs_dir"], config["run_dir"]) == ("runs", None)
    score = json.loads((folder / "scores/mbpp-0123456789ab.json").read_text())
    assert score["inputs"]["checkpoint"]["path"] == "./one/checkpoints/checkpoint-2"
    for text in (
        "written to one.tar.gz, ",
        "10 files of one, ",
        "left out: checkpoints ",
        "logs ",
        "more of scores ",
        "without paths of this machine: config.json (data.path, launcher.setup, run_dir), scores/",
        "to train it again, bring one/data/path/problems.jsonl (the data, 0.0 MB; with_data=true",
    ):
        assert text in shown


def test_what_a_run_went_on_with_and_its_best_checkpoint_are_in_its_page(
    run: RunDirectory, tmp_path: Path
) -> None:
    """Of what a change outdated, and of a reward that failed, nothing goes along."""
    for step, gpus in ((0, 2), (1, 4)):
        keys = {
            "launcher.setup": {"old": [f"source {run.path}/venv"], "new": []},
            "hardware.gpus": {"old": 1, "new": gpus},
        }
        run.changes.append({"step": step, "keys": keys})
    write_best(run.path, Best(2, METRIC, 0.5))
    run.outcomes_path.mkdir()
    write_json(run.evaluation_of(2), {})
    run.reward_fault_path.write_text("{}")
    (run.path / "earlier" / "change-1").mkdir(parents=True)
    write_json(run.path / "earlier" / "change-1" / "summary.json", {})
    assert main(["pack", f"run={run.path}"]) == 0
    folder = unpacked("one.tar.gz", tmp_path / "there")
    again = RunDirectory(folder)
    assert [line["keys"]["hardware.gpus"]["new"] for line in again.changes.lines()] == [2, 4]
    assert str(tmp_path) not in again.changes.path.read_text()
    assert again.evaluation_of(2).exists()
    assert not again.reward_fault_path.exists()
    assert not (folder / "earlier").exists()
    assert main(["report", f"run={folder}"]) == 0
    page = (folder / "report.html").read_text()
    assert "hardware.gpus 1 -&gt; 4 (machine)" in page
    assert "step 2, eval/pass_at_1 50.0%" in page


def test_the_same_run_gives_the_same_bytes_wherever_it_lies(
    run: RunDirectory, tmp_path: Path
) -> None:
    shutil.copytree(run.path, tmp_path / "copy" / "one")
    (tmp_path / "copy" / "one" / "report.html").touch()
    assert main(["pack", f"run={run.path}", "out=a.tar.gz"]) == 0
    assert main(["pack", f"run={run.path}", "out=b.tar.gz"]) == 0
    assert main(["pack", "run=copy/one", "out=c.tar.gz"]) == 0
    assert Path("a.tar.gz").read_bytes() == Path("b.tar.gz").read_bytes()
    assert json_of("a.tar.gz", "config.json") == json_of("c.tar.gz", "config.json")
    assert json_of("a.tar.gz", "packed.json") == json_of("c.tar.gz", "packed.json")


def json_of(archive: str, name: str) -> object:
    with tarfile.open(archive) as files:
        found = files.extractfile(f"one/{name}")
        assert found is not None
        return json.loads(found.read())


def test_with_its_data_a_run_is_read_scored_and_planned_again_where_it_was_not(
    run: RunDirectory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["pack", f"run={run.path}", "with_data=true"]) == 0
    assert "bring" not in capsys.readouterr().out
    folder = unpacked("one.tar.gz", tmp_path / "there")
    shutil.rmtree(tmp_path / "home")
    monkeypatch.chdir(tmp_path / "there")
    assert main(["report", "run=one"]) == 0
    assert "tests are not at hand" not in (folder / "report.html").read_text()
    assert main(["rescore", "run=one", "curriculum=average", "execute=true"]) == 0
    assert "nothing was run: data and grading are those of the run" in capsys.readouterr().out
    assert main(["reproduce", "run=one", "launcher=local", "dry_run=true"]) == 0
    assert "one-again" in capsys.readouterr().out
    assert main(["pack", "run=one", "with_data=true", "out=again.tar.gz"]) == 0
    assert Path("again.tar.gz").read_bytes() == (tmp_path / "one.tar.gz").read_bytes()


def test_data_that_is_brought_to_its_place_is_found_there(
    run: RunDirectory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["pack", f"run={run.path}"]) == 0
    folder = unpacked("one.tar.gz", tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there")
    again = ["reproduce", "run=one", "launcher=local", "dry_run=true"]
    assert main(again) == 2
    assert "data.path: one/data/path/problems.jsonl: no such file" in capsys.readouterr().err
    (folder / "data" / "path").mkdir(parents=True)
    shutil.copy(tmp_path / "home" / "mine" / "problems.jsonl", folder / "data" / "path")
    assert main(again) == 0


def test_data_that_has_changed_is_not_packed(
    run: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "home" / "mine" / "problems.jsonl").open("a") as file:
        file.write(json.dumps({"id": "p9", **ROW}) + "\n")
    line = refused(capsys, f"run={run.path}", "with_data=true")
    assert line.startswith(f"with_data: the data of {run.path} has changed since")


def test_a_key_of_the_environment_is_refused_whatever_it_looks_like(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_SERVICE_TOKEN", 'open "sesame"')
    run.log.append({"step": 2, "note": 'said open "sesame" to it'})
    line = refused(capsys, f"run={run.path}", "checked=[one/log.jsonl]")
    assert line == (
        "one/log.jsonl:2: holds the value of MY_SERVICE_TOKEN; take it out there, then pack again\n"
    )


def test_completions_are_looked_through_too(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    path = run.rollouts_of(2)
    table = pq.read_table(path)
    texts = ["text"] * (len(table) - 1) + [f"print(1)\n{HUB_TOKEN}"]
    place = table.schema.get_field_index("completion")
    pq.write_table(table.set_column(place, table.schema.field(place), [texts]), path)
    line = refused(capsys, f"run={run.path}")
    assert line.startswith(f"one/rollouts/step-000002.parquet: row {len(table)}: holds what looks")
    assert HUB_TOKEN not in line


def test_a_run_that_a_process_works_on_is_left_alone(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    with run.lock():
        assert "works on it; wait for it or end it" in refused(capsys, f"run={run.path}")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "run, sweep: give one of them, run=DIR or sweep=DIR"),
        (("run=x",), "x: no run directory, it has no config.json"),
        (("run=x", "out=x.zip"), "out: x.zip: no .tar.gz file; name one"),
        (("run=x", "out=y/x.tar.gz"), "out: y/x.tar.gz: its folder does not exist"),
        (("run=x", "with_date=true"), "with_date: no such key; did you mean with_data?"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(capsys, *arguments).startswith(line)
