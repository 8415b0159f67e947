"""The heavy libraries of this package, imported only when a source needs them."""

import importlib
from types import ModuleType

from tarot.types import UserError

_EXTRAS = {"datasets": "train", "huggingface_hub": "train", "pyarrow.parquet": "train"}


def heavy(module: str) -> ModuleType:
    """The imported module; raises UserError where the extra that brings it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        hint = f"pip install 'tarot-rl[{_EXTRAS[module]}]'"
        raise UserError(f"data: {module} is not installed; {hint}") from None
