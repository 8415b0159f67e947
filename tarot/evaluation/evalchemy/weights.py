"""The weights of a target as a backend loads them."""

import os
import sys
from dataclasses import replace
from pathlib import Path

from tarot.evaluation.benchmark import BenchmarkFailure, Evaluation, Processes
from tarot.evaluation.evalchemy.arguments import Weights
from tarot.evaluation.evalchemy.older_form import make_older, older_folder
from tarot.evaluation.target import Target
from tarot.runs import write_json
from tarot.runs.child_environment import computing_environment
from tarot.runs.last_words import last_words

MODEL_FILE = "model.json"


def named_weights(target: Target) -> Weights | None:
    """The weights of a target; None where they have to be made first, as a package's."""
    if target.checkpoint is not None:
        return Weights(str(older_folder(target)))
    if target.model.source == "hub":
        return Weights(target.model.id, target.revision)
    return None


def fetched_weights(evaluation: Evaluation, folder: Path, processes: Processes) -> Weights:
    """The weights of a target, made by a child where they have to be; nothing is made twice."""
    target = evaluation.target
    if target.checkpoint is not None:
        return Weights(str(make_older(target)))
    named = named_weights(target)
    if named is not None:
        return named
    write_json(folder / MODEL_FILE, target.model.model_dump(mode="json"))
    log, place = folder / "weights.log", folder / "weights.path"
    with processes.own() as children:
        command = [sys.executable, "-m", "tarot.sampling", str(folder / MODEL_FILE), str(place)]
        environment = computing_environment(os.environ, evaluation.config.hardware)
        child = children.start(command, log, environment, stdout=log)
        if processes.wait(child):
            raise BenchmarkFailure(f"no weights: {last_words(child.log.text())}")
    made = replace(target, checkpoint=Path(place.read_text()))
    return Weights(str(make_older(made)))
