"""A run beside a vLLM server, past the check that refuses it on a CPU.

Run with a folder, where the model lies and the run goes, and overrides; prints how it ended.
"""

import sys
from pathlib import Path

from launchers.accelerate import AccelerateLauncher
from tarot.cli.composition import compose
from tarot.config.targets import build
from tarot.runs import prepare
from tarot.types import Outcome, Run

MODEL = "model"
SERVER = "{mode: server, gpus: 1, tensor_parallel: 1, gpu_memory_utilization: 0.3}"
SETTINGS = (
    "+experiment=tiny",
    "model.source=hub",
    f"hardware.vllm={SERVER}",
    "launcher=accelerate",
    "curriculum=average",
    "cold_start=null",
    "data.num_problems=4",
    "data.num_held_out=2",
    "evaluation.problems=1",
    "evaluation.unseen_problems=1",
    "trainer.max_steps=2",
)


def main(folder: Path, *overrides: str) -> Outcome:
    """Prepare the run `run` in the folder and launch it."""
    place = (f"model.id={folder / MODEL}", f"run_dir={folder / 'run'}")
    (job,) = compose("train", [*SETTINGS, *place, *overrides])
    directory = prepare(job.config, build("data", job.config["data"]).fingerprint())
    launcher = build("launcher", job.config["launcher"])
    assert isinstance(launcher, AccelerateLauncher)
    path = str(directory.path)
    return launcher.launch(Run(path, (sys.executable, "-m", "tarot.training", path)))


if __name__ == "__main__":
    outcome = main(Path(sys.argv[1]), *sys.argv[2:])
    print(f"{outcome.state}\n{outcome.detail}")  # noqa: T201 - the child's answer
