"""The starter set: generated problems, from one-liners to what contests set."""

from tarot.data.source import Split
from tarot.data.starter.catalogue import (
    TRAINED,
    UNSEEN,
    CatalogueRow,
    catalogue_table,
    families_of,
)
from tarot.data.starter.generator import starter_problems

__all__ = [
    "TRAINED",
    "UNSEEN",
    "CatalogueRow",
    "Split",
    "catalogue_table",
    "families_of",
    "starter_problems",
]
