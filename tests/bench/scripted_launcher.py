"""A launcher whose runs end as they are told, with steps that take as long as they are told."""

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from tarot.bench.stepping import HashReward
from tarot.types import Outcome, Run, RunState

SIDES = {"tarot.training": "ours", "tarot.training.bare": "bare"}
TEXTS = ["a", "b"]
TOKENS_OF_A_TEXT = 8


class ScriptedLauncher:
    """Leaves notes and log of a run without training; `seconds` is a step's length by side."""

    def __init__(self, seconds: Mapping[str, float], state: str = "finished") -> None:
        """End every run in `state`, with exit code 2 for `refused`."""
        self._seconds = seconds
        self._state = state

    def launch(self, run: Run) -> Outcome:
        """Both runs of a pair, or one: ours, unless its command has TRL's trainer."""
        if self._state == "refused":
            return Outcome(RunState.FAILED, "some log\nmodel.id: gone; choose another", 2)
        if self._state != "finished":
            return Outcome(RunState(self._state), "Traceback\nOSError: no space left", 1)
        for module, directory in pairwise(run.command):
            if (side := SIDES.get(module)) is not None:
                folder = Path(directory)
                config = json.loads((folder / "config.json").read_text())
                self._leave(folder, config["trainer"]["max_steps"], self._seconds[side])
        return Outcome(RunState.FINISHED)

    def _leave(self, folder: Path, num_steps: int, seconds: float) -> None:
        notes, log = folder / "notes.jsonl", []
        reward = HashReward(str(notes))
        for step in range(1, num_steps + 1):
            reward.of_texts(TEXTS, step)
            log.append({"step": step, "completions/mean_length": TOKENS_OF_A_TEXT})
        lines = [json.loads(line) for line in notes.read_text().splitlines()]
        timed = [
            {**line, "wall_s": line["step"] * seconds, "cpu_s": line["step"] * seconds / 2}
            for line in lines
        ]
        notes.write_text("".join(f"{json.dumps(line)}\n" for line in timed))
        (folder / "log.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in log))
