"""How a child process ends: an exit code, and the cause as the last line of standard error."""

import logging
import sys
from collections.abc import Callable

from tarot.runs.exits import Exit
from tarot.training.processes import PeerFailure
from tarot.training.stopping import ChildFailure, Outage
from tarot.types import UserError


def exit_of(work: Callable[[], None]) -> Exit:
    """Do the whole work of a child and give back its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        work()
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return Exit.USER_ERROR
    except (Outage, ChildFailure, PeerFailure) as error:
        sys.stderr.write(f"{error}\n")
        return Exit.FAILED
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    return Exit.OK
