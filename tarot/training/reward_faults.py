"""A reward that fails in a run: the line that says so, and the completion to try it on again."""

import json

from tarot.curriculum import RewardFault
from tarot.runs import RunDirectory, write_atomically
from tarot.training import processes
from tarot.types import UserError


def kept(run: RunDirectory, fault: RewardFault) -> UserError:
    """The fault in one line; of several processes the main one keeps its completion in `run`."""
    logs = "its traceback is in the run's logs"
    if fault.completion is None:
        return UserError(f"reward: {fault}; {logs}")
    path, problem = run.reward_fault_path, fault.completion.problem_id
    if processes.is_main():
        row = {"problem": problem, "completion": fault.completion.completion}
        write_atomically(path, f"{json.dumps(row)}\n".encode())
    return UserError(
        f"reward: {fault}, on a completion of problem {problem}; see it with tarot try "
        f"completion={path} and the run's reward and data; {logs}"
    )
