"""Keys of accounts, which are read from the environment and stand in no file."""

import os
import re

from tarot.types import UserError

_NAME = re.compile(r".*(_API_KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS)", re.IGNORECASE)
_NO_NAMES = frozenset({"TOKENIZERS_PARALLELISM"})


def names_key(variable: str) -> bool:
    """Whether a variable of this name holds a key, as far as a name shows it."""
    return bool(_NAME.match(variable)) and variable not in _NO_NAMES


def key_in(variable: str, subject: str, advice: str) -> str:
    """The key in a variable; UserError of one line, which never holds it, where that is none."""
    key = os.environ.get(variable, "")
    if not key:
        raise UserError(f"{subject}: {variable} is not set; {advice}")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise UserError(
            f"{subject}: {variable} holds what no key holds; export it without blanks or quotes"
        )
    return key
