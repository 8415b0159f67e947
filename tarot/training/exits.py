"""How a child process ends: an exit code, and the cause as the last line of standard error.

Standard error may be a file on a disk that is full, which whoever reads it has to see for itself.
"""

import logging
import sys
from collections.abc import Callable
from contextlib import suppress

from tarot.runs.exits import ChildFailure, Exit
from tarot.training.processes import LOST_PROCESS, PeerFailure, is_of_a_lost_process
from tarot.training.stopping import Outage
from tarot.types import UserError

logger = logging.getLogger(__name__)


def exit_of(work: Callable[[], None]) -> Exit:
    """Do the whole work of a child and give back its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        work()
    except UserError as error:
        return _said(error, Exit.USER_ERROR)
    except Outage as error:
        return _said(error, Exit.OUTAGE)
    except ChildFailure as error:
        return _said(error, error.code)
    except PeerFailure as error:
        return _said(error, Exit.FAILED)
    except RuntimeError as error:
        if not is_of_a_lost_process(error):
            raise
        logger.exception("a collective failed")
        return _said(LOST_PROCESS, Exit.FAILED)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    return Exit.OK


def _said(cause: object, code: Exit) -> Exit:
    with suppress(OSError):
        sys.stderr.write(f"{cause}\n")
    return code
