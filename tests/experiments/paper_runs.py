"""Runs of the paper's grid as training and evaluation leave them, without either."""

import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from experiments.paper.naming import ADAPTIVE
from experiments.paper.spec import BENCHMARKS
from tarot.cli.composition import CONF, compose
from tarot.evaluation.scores import FOLDER, SUBJECT, Score, write_score
from tarot.runs import RunDirectory, locate, write_json

SEED = 42
FINGERPRINT = "f" * 64
CHECKPOINT = {"path": "somewhere", "revision": None, "step": 242, "sha256": "0"}
SETTINGS = {"max_tokens": 1024, "commit": "6ed6741"}


@cache
def composed() -> dict[str, Any]:
    """A composed config, which holds every fixed policy as a candidate of its rule."""
    arguments = ["data=starter", "trainer=published", "curriculum=adaptive", "launcher=local"]
    (job,) = compose("train", arguments)
    return job.config


def config_of(model: str, policy: str, seed: int = SEED, **trainer: float) -> dict[str, Any]:
    """What composes for a model and a policy, with fields of the trainer besides."""
    config = composed()
    rule = config["curriculum"]
    return {
        **config,
        "name": f"{model}-{policy}",
        "seed": seed,
        "model": OmegaConf.to_container(OmegaConf.load(CONF / "model" / f"{model}.yaml")),
        "curriculum": rule if policy == ADAPTIVE else rule["candidates"][policy],
        "trainer": {**config["trainer"], **trainer},
    }


def write_run(folder: Path, config: Mapping[str, Any]) -> RunDirectory:
    """A finished run without scores: what `prepare` writes, but for the environment."""
    run = RunDirectory(locate({**config, "runs_dir": str(folder)}, FINGERPRINT))
    run.path.mkdir(parents=True)
    sha = run.path.name.rpartition("-")[2]
    write_json(run.identity_path, {"sha": sha, "data_fingerprint": FINGERPRINT})
    write_json(run.config_path, config)
    write_json(run.summary_path, {})
    return run


def score_of(
    benchmark: str, solved: Sequence[float], step: int | None = 242, **settings: object
) -> Score:
    """A score with one sample of each problem."""
    return Score(
        benchmark=benchmark,
        metric="pass@1",
        value=sum(solved) / len(solved),
        num_problems=len(solved),
        num_samples=1,
        std_error=None,
        parts={},
        solved={f"p{number}": [value] for number, value in enumerate(solved)},
        inputs={"checkpoint": {**CHECKPOINT, "step": step}, "settings": {**SETTINGS, **settings}},
    )


def write_scores(folder: Path, num_solved: int, num_problems: int) -> None:
    """On every benchmark of the paper, of so many problems the first so many solved."""
    solved = [1.0] * num_solved + [0.0] * (num_problems - num_solved)
    for benchmark in BENCHMARKS:
        write_score(folder, score_of(benchmark, solved), "0123456789ab")


def write_grid(
    folder: Path, models: Sequence[str], policies: Sequence[str], num_solved: int, num_problems: int
) -> None:
    """A run of every model under every policy, all with the same scores."""
    runs = [write_run(folder, config_of(model, name)) for model in models for name in policies]
    write_scores(runs[0].path, num_solved, num_problems)
    for run in runs[1:]:
        shutil.copytree(runs[0].path / FOLDER, run.path / FOLDER)


def write_untuned(folder: Path, model: str, num_solved: int, num_problems: int) -> Path:
    """The folder of an untuned model's evaluation."""
    folder.mkdir(parents=True)
    model_id = OmegaConf.load(CONF / "model" / f"{model}.yaml").id
    write_json(folder / SUBJECT, {"model_id": model_id, "revision": None, "checkpoint": None})
    write_scores(folder, num_solved, num_problems)
    return folder
