"""A checkout of a small Evalchemy with a few problems, models for it, and commands on both."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.config.evaluation import EvaluateConfig
from tarot.config.targets import build
from tarot.config.validation import parse
from tarot.evaluation import Benchmark, Evaluation, Processes
from tarot.evaluation.running import Result
from tarot.evaluation.running import evaluate as run_missing
from tarot.evaluation.target import find_target
from tarot.runs.children import Children

STANDIN = Path(__file__).parent / "standin"
IDS = ("a", "b", "c", "d")
WRONG = "def f(x): return x"
RIGHT = "def f(x): return x + 1"
# Three of four are right, so CRUXEval's two have one right input and, by chance, both outputs.
ANSWERS = {"a": RIGHT, "b": RIGHT, "c": RIGHT, "d": WRONG}
TEST = "assert f(1) == 2"
ANYTHING = "assert f(1) > 0"


@dataclass(frozen=True)
class SmallEvalchemy:
    """A checkout at a commit, data of the hub in a folder, and an interpreter that has vLLM."""

    root: Path
    commit: str
    data: Path
    server_python: Path

    def arguments(self, *benchmarks: str) -> list[str]:
        """The arguments for benchmarks with as many problems as there are here."""
        counts = [f"benchmark.{one}.num_problems=4" for one in benchmarks if one != "cruxeval"]
        if "cruxeval" in benchmarks:
            counts.append("benchmark.cruxeval.num_problems=2")
        return [
            *(f"evalchemy.root={self.root}", f"evalchemy.commit={self.commit}"),
            *(
                f"evalchemy.python={sys.executable}",
                f"evalchemy.server_python={self.server_python}",
            ),
            *(f"evalchemy.data={self.data}", "evalchemy.backend=hf", "hardware=cpu"),
            *(f"benchmark=[{','.join(benchmarks)}]", *counts),
        ]


@dataclass(frozen=True)
class SmallEvaluation:
    """HumanEval as a command would run it on weights that are given later."""

    config: Mapping[str, Any]
    benchmark: Benchmark

    def of(self, model: Path, **changes: object) -> Evaluation:
        """The evaluation of weights, with some settings otherwise, also of Evalchemy or machine."""
        config = {**self.config, "checkpoint": str(model)}
        for name, value in changes.items():
            if isinstance(value, Mapping):
                config[name] = {**config[name], **value}
            elif name in config:
                config[name] = value
            else:
                config["evalchemy"] = {**config["evalchemy"], name: value}
        parsed = parse(EvaluateConfig, config)
        return Evaluation(parsed, find_target(parsed))

    def run(self, evaluation: Evaluation) -> Result:
        """How the benchmark ends."""
        with Children() as children:
            processes = Processes(children, [])
            (result,) = run_missing(
                evaluation, {"humaneval": self.benchmark}, processes, lambda _: None
            )
        return result


def make_evaluation(evalchemy: SmallEvalchemy, *settings: str) -> SmallEvaluation:
    """HumanEval on a small Evalchemy."""
    (job,) = compose("evaluate", ["model=tiny", *evalchemy.arguments("humaneval"), *settings])
    node = job.config["benchmark"]["humaneval"]
    return SmallEvaluation(job.config, build("benchmark.humaneval", node))


def make_evalchemy(folder: Path) -> SmallEvalchemy:
    """A checkout in a new folder, committed."""
    root = folder / "evalchemy"
    shutil.copytree(STANDIN, root)
    for module in ("fire.py", "regex.py"):
        (root / module).touch()
    benchmarks = root / "eval" / "chat_benchmarks"
    write_lines(
        benchmarks / "HumanEval/data/humaneval-python.jsonl",
        [{"task_id": one, "test": TEST} for one in IDS],
    )
    write_lines(
        benchmarks / "CruxEval/data/cruxeval.jsonl",
        [{"task_id": one, "input_test": TEST, "output_test": ANYTHING} for one in ("c", "d")],
    )
    data = folder / "data"
    write_lines(
        data / "open-r1/codeforces/test.jsonl",
        [{"id": one, "test": TEST} for one in IDS],
    )
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "All"]):
        subprocess.run([*git, *command], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    server_python = folder / "python-with-vllm"
    server_python.write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} "$@"\n')
    server_python.chmod(0o755)
    return SmallEvalchemy(root, commit.stdout.strip(), data, server_python)


def write_lines(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """JSON lines in a new file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def make_model(folder: Path, faults: Mapping[str, str] | None = None, name: str = "") -> Path:
    """A folder that counts as weights, whose answers are known, and what is to go wrong."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"name": name}))
    (folder / "answers.json").write_text(json.dumps(ANSWERS))
    plan_faults(folder, faults or {})
    return folder


def plan_faults(model: Path, faults: Mapping[str, str]) -> None:
    """What is to go wrong from now on, task by task; the weights stay what they are."""
    (model / "faults").write_text(json.dumps(faults))


def started(model: Path) -> list[str]:
    """The tasks and servers that were started on a model, in order."""
    path = model / "started"
    return path.read_text().split() if path.exists() else []


def working_on(model: Path) -> list[psutil.Process]:
    """The processes whose command names the model."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(model) in part for part in process.info["cmdline"] or ())
    ]


def evaluate(*arguments: str) -> int:
    """The exit code of `tarot evaluate`."""
    return main(["evaluate", *arguments])
