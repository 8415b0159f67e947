"""`tarot pack`: a run or a sweep as one archive, and what of it stays behind."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tarot.cli.composition import compose
from tarot.cli.outputs import check_output
from tarot.cli.report import in_full
from tarot.cli.screen import screen
from tarot.config.sharing import PackConfig
from tarot.config.validation import parse
from tarot.runs import RunDirectory
from tarot.runs.exits import Exit
from tarot.runs.sweep import SweepDirectory
from tarot.sharing import Packed, SecretForms, check_secrets, pack_run, pack_sweep, write_archive
from tarot.types import UserError

_SUFFIX = ".tar.gz"
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def run(arguments: Sequence[str]) -> int:
    """Pack every run or sweep that the arguments name; all are checked before the first."""
    jobs = [parse(PackConfig, job.config) for job in compose("pack", in_full(arguments))]
    for job in jobs:
        _check(job)
    for job in jobs:
        _pack(job)
    return Exit.OK


def _check(config: PackConfig) -> None:
    named = [one for one in (config.run, config.sweep.directory) if one is not None]
    if len(named) != 1:
        raise UserError("run, sweep: give one of them, run=DIR or sweep=DIR")
    check_output("out", config.out)
    if config.out is not None and not config.out.endswith(_SUFFIX):
        raise UserError(f"out: {config.out}: no {_SUFFIX} file; name one")


def _pack(config: PackConfig) -> None:
    packed = _packed(config)
    check_secrets(packed.members, SecretForms.known_here(), config.checked)
    out = Path(config.out or f"{packed.name}{_SUFFIX}")
    try:
        size = write_archive(out, packed.members)
    except OSError as error:
        raise UserError(
            f"{out}: can't be written: {error.strerror}; name another place with out=FILE.tar.gz"
        ) from error
    console = screen()
    for line in (f"written to {out}, {_amount(size)}", *_told(packed)):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _packed(config: PackConfig) -> Packed:
    if config.run is not None:
        return pack_run(RunDirectory.open(Path(config.run)), with_data=config.with_data)
    sweep = SweepDirectory.open(Path(str(config.sweep.directory)))
    return pack_sweep(sweep, with_data=config.with_data)


def _told(packed: Packed) -> Iterator[str]:
    """What is in the archive, what is not, and what was changed."""
    size = sum(member.size for member in packed.members)
    yield f"{len(packed.members)} files of {packed.name}, {_amount(size)} unpacked"
    if packed.left_out:
        amounts = (f"{what} {_amount(size)}" for what, size in sorted(packed.left_out.items()))
        yield f"left out: {', '.join(amounts)}"
    if packed.rewritten:
        yield f"without paths of this machine: {', '.join(packed.rewritten)}"
    if packed.absent:
        yield f"runs that are not there: {', '.join(packed.absent)}"
    if packed.to_bring:
        yield f"to train it again, bring {'; '.join(packed.to_bring)}"


def _amount(size: float) -> str:
    """A number of bytes in the unit that suits it."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"
