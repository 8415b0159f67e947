"""A launcher whose runs end as they are told, with steps that take as long as they are told."""

import json
from collections.abc import Mapping
from pathlib import Path

from tarot.bench.stepping import HashReward
from tarot.types import Outcome, Run, RunState

TEXTS = ["a", "b"]
TOKENS_OF_A_TEXT = 8


class ScriptedLauncher:
    """Leaves notes and log of a run without training; `seconds` is a step's length by side."""

    def __init__(self, seconds: Mapping[str, float], state: str = "finished") -> None:
        """End every run in `state`, with exit code 2 for `refused`."""
        self._seconds = seconds
        self._state = state

    def launch(self, run: Run) -> Outcome:
        """One run, of our trainer unless its command has TRL's."""
        if self._state == "refused":
            return Outcome(RunState.FAILED, "some log\nmodel.id: gone; choose another", 2)
        if self._state != "finished":
            return Outcome(RunState(self._state), "Traceback\nOSError: no space left", 1)
        config = json.loads((Path(run.directory) / "config.json").read_text())
        side = "bare" if "tarot.training.bare" in run.command else "ours"
        self._leave(Path(run.directory), config["trainer"]["max_steps"], self._seconds[side])
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
