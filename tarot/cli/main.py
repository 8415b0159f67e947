"""The one command; every fault of the user's ends it with one line and exit code 2."""

import importlib
import os
import sys
from collections.abc import Sequence

from tarot.config.validation import suggestion
from tarot.runs.exits import Exit
from tarot.runs.imports import lasting_imports
from tarot.types import UserError

VERBS = {
    "train": "train a model, or go on with a run",
    "plan": "show a run's schedule and batches before it starts",
    "probe": "measure what a model solves before it is trained",
    "evaluate": "run benchmarks on a model or on a checkpoint of a run",
    "export": "make a folder of a run's weights that stands by itself, checked",
    "report": "make a page on a run or a sweep, and show how its runs stand",
    "explain": "say why a run's reward curve is flat, and what to change",
    "reproduce": "start a finished run again elsewhere and compare",
    "compare": "compare two sides of runs, with intervals",
    "pack": "put a run or a sweep into one archive to share",
    "rescore": "score a run's completions under other policies",
    "generate": "make four-tier test suites with models, checked by execution",
    "data": "check a data set before anything trains on it",
    "audit": "measure how good a data set's suites are, tier by tier",
    "try": "see what a reward gives for a completion, part by part",
    "judge": "judge the programs or reference solutions in a file",
    "conformance": "try hostile and odd programs on a sandbox",
    "bench": "measure a sandbox or the trainer on this machine",
}
# A keyword of Python is no module to import from.
MODULES = {"try": "tarot.cli.trying"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and give back the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help"):
        sys.stdout.write(_overview())
        return Exit.OK
    verb, *rest = given
    _extend_path()
    try:
        if verb not in VERBS:
            raise UserError(f"{verb}: no such verb" + suggestion(verb, list(VERBS)))
        module = MODULES.get(verb, f"tarot.cli.{verb}")
        with lasting_imports():
            run = importlib.import_module(module).run
        return int(run(rest))
    except UserError as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return Exit.USER_ERROR
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED


def _overview() -> str:
    width = max(map(len, VERBS))
    rows = "".join(f"  {verb:{width}}  {text}\n" for verb, text in VERBS.items())
    return f"tarot VERB key=value …\n\n{rows}\n`tarot VERB --help` lists what a verb takes.\n"


def _extend_path() -> None:
    """A class of the user's own, named by `_target_`, may stand in the current folder."""
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
