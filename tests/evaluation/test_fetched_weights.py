"""Weights that no folder and no hub holds, as those of a package: a child makes them."""

from pathlib import Path

from tarot.cli.composition import compose
from tarot.config.evaluation import EvaluateConfig
from tarot.config.validation import parse
from tarot.evaluation import Evaluation, Processes
from tarot.evaluation.evalchemy.weights import fetched_weights
from tarot.evaluation.target import find_target
from tarot.runs.children import Children


def test_weights_are_made_whatever_the_libraries_say_meanwhile(here: Path) -> None:
    (job,) = compose("evaluate", ["model=tiny", "benchmark=humaneval", "hardware=cpu"])
    config = parse(EvaluateConfig, job.config)
    with Children() as shared:
        found = fetched_weights(
            Evaluation(config, find_target(config)), here, Processes(shared, [])
        )
    assert (Path(found.name) / "config.json").is_file()
