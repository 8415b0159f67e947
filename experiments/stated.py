"""What the YAML files of experiments state: families, recipes, and what is known of tables."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel

from tarot.config.validation import parse
from tarot.types import UserError

M = TypeVar("M", bound=BaseModel)


def read_stated(model: type[M], path: Path) -> M:
    """A file's content as `model`; UserError that names the file, and the key which is wrong."""
    try:
        return parse(model, yaml.safe_load(path.read_text()))
    except (OSError, yaml.YAMLError, UserError) as error:
        raise UserError(f"{path}: {error}") from error
