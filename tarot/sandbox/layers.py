"""The layers between a program and the machine: which there are, and which a sandbox has."""

import logging
from collections.abc import Callable, Sequence

from tarot.sandbox.handle import LayerMissing, Slot, SlotError
from tarot.types import UserError

logger = logging.getLogger(__name__)

LAYERS = ("seccomp", "landlock", "namespaces", "uid", "cgroup")


def check_names(layers: Sequence[str], require: Sequence[str]) -> None:
    """UserError for a name that is no layer's; entries of `require` are names, or "a|b"."""
    required = [name for entry in require for name in entry.split("|")]
    for key, names in (("layers", layers), ("require", required)):
        for name in names:
            if name not in LAYERS:
                raise UserError(
                    f"sandbox.{key}: there is no layer {name!r}; the layers are {', '.join(LAYERS)}"
                )


def probe(
    start: Callable[[frozenset[str]], Slot], reasons: dict[str, str], advice: str
) -> frozenset[str]:
    """The layers that slots can enter, by starting one and leaving out what it lacks.

    `reasons` says why some are not even tried, and then why each of the others is missing.
    """
    active = set(LAYERS) - set(reasons)
    while True:
        try:
            start(frozenset(active)).close()
            return frozenset(active)
        except LayerMissing as missing:
            active.remove(missing.layer)
            reasons[missing.layer] = missing.cause
        except (SlotError, OSError) as error:
            raise UserError(f"sandbox: no slot can be started ({error}); {advice}") from error


def report(
    active: frozenset[str], require: Sequence[str], reasons: dict[str, str], advice: str
) -> None:
    """Log every layer; raise UserError where none of an entry of `require` is active."""
    for name in LAYERS:
        logger.info("sandbox layer %s: %s", name, "on" if name in active else reasons[name])
    for entry in require:
        if active.isdisjoint(entry.split("|")):
            causes = "; ".join(f"{name}: {reasons[name]}" for name in entry.split("|"))
            raise UserError(f"sandbox.require: {entry} is missing here ({causes}); {advice}")
    if not require:
        there = ", ".join(sorted(active)) or "no layer"
        logger.warning(
            "sandbox.require is empty: programs may run with this user's own rights; "
            "between them and this machine there is %s",
            there,
        )
