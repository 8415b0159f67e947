"""Evaluation problems in local files, which statements are held against."""

from collections.abc import Sequence
from pathlib import Path

from tarot.audit.overlap import OverlapIndex
from tarot.data.files import read_problems
from tarot.types import Problem, UserError


def index_of(paths: Sequence[str]) -> OverlapIndex:
    """An index of all statements in some files; raises UserError for one that can't be read."""
    index = OverlapIndex()
    for path in paths:
        index.add(Path(path).stem, _problems(path))
    return index


def _problems(path: str) -> list[Problem]:
    """All problems of a file; a statement of a row without a test to judge is not compared."""
    try:
        return read_problems(Path(path))
    except UserError as error:
        raise UserError(f"benchmarks: {str(error).removeprefix('data.path: ')}") from error
