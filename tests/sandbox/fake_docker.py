"""A stand-in for the docker command: it notes its arguments and runs a container's command here.

It is copied to a folder of the PATH; beside it lie what it notes, and the folder that stands for
the scratch folder of every container.
"""

import json
import os
import signal
import sys
from pathlib import Path

FOLDER = Path(sys.argv[0]).resolve().parent
SCRATCH = "/scratch"


def main(verb: str, *words: str) -> None:
    with (FOLDER / "calls.jsonl").open("a") as file:
        file.write(json.dumps([verb, *words]) + "\n")
    if verb == "kill":
        os.kill(int((FOLDER / words[0]).read_text()), signal.SIGKILL)
    if verb == "run":
        run(list(words))


def run(words: list[str]) -> None:
    name = words[words.index("--name") + 1]
    (FOLDER / name).write_text(str(os.getpid()))
    folder = FOLDER / f"{name}-scratch"
    folder.mkdir()
    command = words[words.index("python3") + 1 :]
    settings = [words[i + 1] for i, word in enumerate(words) if word == "--env"]
    command = [str(folder) if word == SCRATCH else word for word in command]
    environment = dict(setting.split("=", 1) for setting in settings)
    os.execve(sys.executable, [sys.executable, *command], environment)


if __name__ == "__main__":
    main(*sys.argv[1:])
