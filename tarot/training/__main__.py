"""The child process of a run: `python -m tarot.training RUN_DIRECTORY`."""

import logging
import sys
from pathlib import Path

from tarot.runs import RunDirectory
from tarot.training.child import train
from tarot.training.context import Outage
from tarot.training.stopping import StopRequest
from tarot.types import UserError

EXIT_FAILED, EXIT_USER_ERROR, EXIT_INTERRUPTED = 1, 2, 130


def main(directory: str) -> int:
    """Run to the end; the last line of standard error is the cause of a failure."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        train(RunDirectory.open(Path(directory)), StopRequest())
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_USER_ERROR
    except Outage as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
