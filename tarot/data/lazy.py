"""Heavy libraries (datasets, huggingface_hub, pyarrow), imported when a source needs one."""

import importlib
from types import ModuleType

from tarot.types import UserError


def heavy(module: str) -> ModuleType:
    """The imported module; raises UserError where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise UserError(f"{package} is not installed; pip install {package}") from None
