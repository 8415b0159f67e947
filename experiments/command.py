"""What the experiments' commands share: `key=value` arguments and one-line errors."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from omegaconf import OmegaConf
from pydantic import BaseModel

from tarot.config.strict import Strict
from tarot.config.validation import parse
from tarot.runs.exits import Exit
from tarot.types import UserError

M = TypeVar("M", bound=BaseModel)


class OutSettings(Strict):
    """`out` is the folder of a study's results and tables; null for that of the study."""

    out: str | None = None


def settings(model: type[M], arguments: Sequence[str]) -> M:
    """The arguments as `model`; UserError for one that is no `key=value`, unknown or wrong."""
    for argument in arguments:
        if not argument.partition("=")[0].isidentifier() or "=" not in argument:
            raise UserError(f"{argument}: not of the form key=value")
    try:
        given = OmegaConf.to_container(OmegaConf.from_dotlist(list(arguments)))
    except yaml.YAMLError as error:
        raise UserError(f"{' '.join(arguments)}: {error}; quote what is no YAML") from error
    return parse(model, given)  # type: ignore[arg-type]


def study_settings(model: type[M], arguments: Sequence[str]) -> tuple[M, list[str]]:
    """A study's own settings, and the other arguments, which are for `train.py`."""
    own = [argument for argument in arguments if argument.partition("=")[0] in model.model_fields]
    return settings(model, own), [argument for argument in arguments if argument not in own]


def out_folder(arguments: Sequence[str], default: Path) -> Path:
    """The folder that `out=DIR` names among arguments that may say nothing else."""
    return Path(settings(OutSettings, arguments).out or default)


def run_command(command: Callable[[Sequence[str]], int], text: str | None) -> int:
    """Run a command on the arguments of this process; `text` answers `--help`."""
    arguments = sys.argv[1:]
    if {"-h", "--help"} & set(arguments):
        sys.stdout.write(f"{text}\n")
        return Exit.OK
    try:
        return command(arguments)
    except UserError as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return Exit.USER_ERROR
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
