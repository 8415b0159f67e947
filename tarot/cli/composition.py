"""The border to Hydra: from arguments to plain configs, before anything is done with them.

Hydra composes and nothing more: it runs no job, makes no directory and configures no logging.
"""

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hydra
import yaml
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from tarot.config.validation import suggestion
from tarot.types import UserError

CONF = Path(__file__).parents[2] / "conf"
OWN_CONF = "conf"  # in the folder where the command is typed
SEARCH_PATH = "hydra.searchpath="
VERSION = "1.3"  # whose defaults of Hydra hold
QUIET = ("hydra/job_logging=none", "hydra/hydra_logging=none", "hydra.output_subdir=null")
OVERRIDE = re.compile(r"~|[+~]*[A-Za-z_][^\s=]*=")
OPTION = re.compile(r"[\w.-]+")
ALL = "all"
PARAMS = "hydra.sweeper.params"
PLAIN_KEY = re.compile(r"([A-Za-z_][\w.-]*)=")


def _choose(key: str, values: Mapping[str, Any], otherwise: Any) -> Any:
    """What a key has a value of its own for, in YAML `${choose:KEY,{a:1,b:2},OTHERWISE}`."""
    return values.get(key, otherwise)


OmegaConf.register_new_resolver("choose", _choose, replace=True)


@dataclass(frozen=True, slots=True)
class Composed:
    """One resolved config and the overrides that it came from, each as it can be typed.

    `sweep` names what the command lists runs by besides its arguments: the options of `conf/sweep`,
    or where its config says so otherwise the key; empty without any.
    """

    config: dict[str, Any]
    overrides: tuple[str, ...]
    sweep: str = ""


def compose(verb: str, arguments: Sequence[str]) -> list[Composed]:
    """The configs that the arguments ask for, several with `-m`.

    Options are looked for in the package and then in the folder `conf` where the command is typed.
    None for `--help`, `--cfg` and the like, which Hydra answers on stdout. UserError for
    everything that does not compose or resolve.
    """
    opened = [*map(open_key, arguments), *_own_options(arguments)]
    has_flag = not all(map(OVERRIDE.match, opened))
    try:
        jobs = _commanded(verb, opened) if has_flag else [_single(verb, opened)]
    except (HydraException, OmegaConfBaseException, ValueError, yaml.YAMLError) as error:
        raise UserError(_line(error)) from error
    if not jobs and is_multirun(arguments):
        raise UserError("-m: no job to run; a glob in the arguments matches no option")
    if not is_multirun(arguments):
        _check_single(jobs)
    return jobs


def is_multirun(arguments: Sequence[str]) -> bool:
    """Whether the arguments describe a sweep, of however many runs."""
    return not {"-m", "--multirun"}.isdisjoint(arguments)


def choose_options(group: str, arguments: Sequence[str]) -> list[str]:
    """The arguments with `group=a` or `group=[a,b]` turned into one node an option.

    Hydra would merge a list of one group's options into one node; here each is composed as
    `group.NAME`. `group=all`, and none of it, take every option that the package has.
    """
    given = [argument for argument in arguments if argument.startswith(f"{group}=")]
    value = given[-1].removeprefix(f"{group}=") if given else ALL
    shipped = sorted(path.stem for path in (CONF / group).glob("*.yaml"))
    names = shipped if value == ALL else [name.strip() for name in value.strip("[]").split(",")]
    if not all(map(OPTION.fullmatch, names)):
        raise UserError(f"{group}={value}: give the name of an option, a list as [a,b], or {ALL}")
    others = [argument for argument in arguments if argument not in given]
    return [*others, *(f"+{group}@{group}.{name}={name}" for name in dict.fromkeys(names))]


def open_key(argument: str) -> str:
    """The argument with `++` before a key that is no group.

    Hydra then takes every key, so that `trainer.x` needs no `+`, and unknown ones are found by
    the validation, which knows what they should have been.
    """
    match = PLAIN_KEY.match(argument)
    if match is None or match[1].startswith("hydra.") or (CONF / match[1]).is_dir():
        return argument
    return f"++{argument}"


def _own_options(arguments: Sequence[str]) -> list[str]:
    """What has Hydra look for options in the user's own folder too, unless it is told where."""
    own = Path(OWN_CONF)
    is_told = any(argument.startswith(SEARCH_PATH) for argument in arguments)
    if is_told or not own.is_dir() or own.samefile(CONF):
        return []
    return [f"{SEARCH_PATH}[file://{OWN_CONF}]"]


def _single(verb: str, overrides: Sequence[str]) -> Composed:
    """One config; Hydra's command would compose it twice."""
    with hydra.initialize_config_dir(str(CONF), version_base=VERSION):
        config = hydra.compose(verb, list(overrides), return_hydra_config=True)
        HydraConfig.instance().set_config(config)
        with open_dict(config):
            del config["hydra"]
        return Composed(_plain(config), _overrides(), _sweep())


def _commanded(verb: str, arguments: Sequence[str]) -> list[Composed]:
    """What Hydra's command makes of arguments with flags among them."""
    jobs: list[Composed] = []
    faults: list[OmegaConfBaseException] = []

    def collect(config: DictConfig) -> None:
        try:
            jobs.append(Composed(_plain(config), _overrides(), _sweep()))
        except OmegaConfBaseException as error:
            faults.append(error)

    main = hydra.main(version_base=VERSION, config_path=str(CONF), config_name=verb)(collect)
    with _arguments(arguments), _one_line_usage():
        main()
    if faults:
        raise faults[0]
    return jobs


def _check_single(jobs: Sequence[Composed]) -> None:
    for job in jobs:
        if job.sweep:
            key = PARAMS if job.sweep == PARAMS else f"sweep={job.sweep}"
            raise UserError(f"{key}: lists several runs; add -m to run them all")


def _overrides() -> tuple[str, ...]:
    """The job's overrides without what `open_key` puts before them."""
    return tuple(override.removeprefix("++") for override in HydraConfig.get().overrides.task)


def _sweep() -> str:
    hydra_config = HydraConfig.get()
    if not hydra_config.sweeper.get("params"):
        return ""
    return str(hydra_config.runtime.choices.get("sweep", PARAMS))


def _plain(config: DictConfig) -> dict[str, Any]:
    return dict(OmegaConf.to_container(config, resolve=True, throw_on_missing=True))  # type: ignore[arg-type]


@contextlib.contextmanager
def _arguments(arguments: Sequence[str]) -> Iterator[None]:
    """Hydra reads sys.argv, with all overrides side by side, and makes directories for its jobs."""
    kept = sys.argv
    os.environ["HYDRA_FULL_ERROR"] = "1"
    with TemporaryDirectory() as scratch:
        directories = (f"hydra.run.dir={scratch}", f"hydra.sweep.dir={scratch}")
        overrides = [argument for argument in arguments if OVERRIDE.match(argument)]
        flags = [argument for argument in arguments if not OVERRIDE.match(argument)]
        sys.argv = [kept[0], *flags, *QUIET, *directories, *overrides]
        try:
            yield
        finally:
            sys.argv = kept


@contextlib.contextmanager
def _one_line_usage() -> Iterator[None]:
    """Turns argparse's usage text and exit into one line; warnings still reach stderr."""
    written = io.StringIO()
    try:
        with contextlib.redirect_stderr(written):
            yield
    except SystemExit as stop:
        if stop.code:
            raise UserError(written.getvalue().strip().rpartition("error: ")[2]) from stop
    sys.stderr.write(written.getvalue())


def _line(error: Exception) -> str:
    """What went wrong, without Hydra's and OmegaConf's further lines."""
    if isinstance(error, MissingConfigException) and error.options:
        group, _, option = str(error.missing_cfg_file).rpartition("/")
        return f"{group}={option}: no such option" + suggestion(option, error.options)
    if isinstance(error, MissingMandatoryValue):
        return f"{error.full_key}: missing; give {error.full_key}=…"
    if isinstance(error, OmegaConfBaseException):
        return f"{error.full_key}: {str(error).splitlines()[0]}"
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"{error.problem_mark.name}:{error.problem_mark.line + 1}: {error.problem}"
    lines = (line for line in str(error).splitlines() if not line.startswith("See http"))
    text = " ".join(" ".join(lines).replace("'++", "'").split())
    if isinstance(error, OverrideParseException):
        return f"{error.override.removeprefix('++')}: {text}"
    return text
