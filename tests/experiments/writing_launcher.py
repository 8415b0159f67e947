"""A launcher that writes outcomes instead of training."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarot.capability import PatternCount, ProblemOutcomes, write_outcomes
from tarot.config.targets import build
from tarot.data import Split
from tarot.runs import RunDirectory, write_json
from tarot.types import Outcome, Run, RunState, Tier


class Launcher:
    """Training solves every problem, but not by permuted rewards or from the basic tier on.

    Stops where a file of that seed stands beside the runs.
    """

    def launch(self, run: Run) -> Outcome:
        """Write the outcomes of one problem a split, before and after."""
        directory = RunDirectory.open(Path(run.directory))
        config = directory.config()
        reward = config["reward"]["_target_"].rpartition(".")[2]
        print("launched", config["seed"], reward)  # noqa: T201 - the test reads it
        if (Path(config["runs_dir"]) / f"stop-{config['seed']}").exists():
            return Outcome(RunState.INTERRUPTED)
        source = build("data", config["data"])
        directory.outcomes_path.mkdir()
        learns = reward == "TieredReward" and not _begins_with_basic(config["curriculum"])
        for when, solved in (("before", False), ("after", learns)):
            pattern = PatternCount(dict.fromkeys(Tier, float(solved)), 4)
            for split in (Split.TEST, Split.UNSEEN):
                problem = source.load(split)[0]
                text = write_outcomes([ProblemOutcomes(problem.id, (pattern,))])
                (directory.outcomes_path / f"{when}-{split}.json").write_text(text)
        write_json(directory.summary_path, {})
        return Outcome(RunState.FINISHED)


def _begins_with_basic(curriculum: Mapping[str, Any]) -> bool:
    return "stages" in curriculum and list(curriculum["stages"][0]["allocation"]) == ["basic"]
