"""Lines of shell that a job runs first, and which its files hold as they are."""

import re
from collections.abc import Sequence

from tarot.types import UserError

_NAME = r"\w*(?:TOKEN|SECRET|PASSWORD|API[_-]?KEY|ACCESS[_-]?KEY)"
# A variable or an option that gets a value of its own, not one that the shell looks up.
_SECRET = re.compile(
    rf"""({_NAME}(?==)|--?[\w-]*{_NAME}(?=\s))(?:=|\s+)["']?[^\s"'$]""", re.IGNORECASE
)


def check_setup(lines: Sequence[str], remedy: str) -> None:
    """UserError for a line that holds a secret, as far as a name shows it."""
    for index, line in enumerate(lines):
        if secret := _SECRET.search(line):
            raise UserError(
                f"launcher.setup[{index}]: sets {secret[1]}, which would stay in files; {remedy}"
            )
