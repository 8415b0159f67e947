"""Columns that several shapes of rows share: labels of tiers, JSON in text, fenced programs."""

import json
import re
from typing import Annotated

from pydantic import BeforeValidator

from tarot.data.rows.result import Unusable
from tarot.types import Tier

_FENCED = re.compile(r"^```\w*[ \t]*\n(.*?)\n?^```\s*\Z", re.DOTALL | re.MULTILINE)
_LABELS = {"medium": Tier.INTERMEDIATE, "high": Tier.COMPLEX, "null": None, None: None}


def decoded(value: object) -> object:
    """What the JSON in a text says; anything else as it is.

    ValueError for what is no JSON, Unusable for numbers too long to be read.
    """
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON, {error}") from None
    except ValueError as error:
        raise Unusable(f"no test that can be judged outside; {error}") from None


def unfenced(solution: str) -> str:
    """The program in a block that ends a text, or the text."""
    found = _FENCED.search(solution.strip())
    return found.group(1) if found else solution


def is_tier(label: str) -> bool:
    """Whether data name a tier so."""
    return label in (*Tier, *_LABELS)


def _tier(label: object) -> object:
    if isinstance(label, str | None):
        return _LABELS.get(label, label)
    return label


TierLabel = Annotated[Tier | None, BeforeValidator(_tier)]
Json = BeforeValidator(decoded)
