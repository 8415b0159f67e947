"""What a dstack task runs on each of its machines: `python -m launchers.dstack_node RUN_DIRECTORY`.

It starts the inner launcher that the run's config names, with what dstack says of the machines.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarot.config.targets import build
from tarot.runs import RunDirectory
from tarot.runs.child import child_of
from tarot.runs.exits import Exit, exit_code
from tarot.types import RunState, UserError

PORT = 29500


def main(directory: str, environment: Mapping[str, str]) -> int:
    """Run to the end; the exit code says how it ended, standard error why it failed."""
    try:
        run = RunDirectory.open(Path(directory))
        inner = build("launcher.inner", run.config()["launcher"]["inner"])
        launcher = inner(**placement(environment))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return Exit.USER_ERROR
    outcome = launcher.launch(child_of(run.path))
    if outcome.state is RunState.FAILED:
        sys.stderr.write(f"{outcome.detail}\n")
    return exit_code(outcome)


def placement(environment: Mapping[str, str]) -> dict[str, Any]:
    """The machine's rank and the main one's address, where there are several."""
    if int(environment.get("DSTACK_NODES_NUM", "1")) == 1:
        return {}
    return {
        "machine_rank": int(environment["DSTACK_NODE_RANK"]),
        "main_process_ip": environment["DSTACK_MASTER_NODE_IP"],
        "main_process_port": PORT,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.environ))
