"""What a process of Evalchemy finds around it: its folder, its variables, its memory of the hub.

Evalchemy runs the programs of a model without a sandbox, so they find no keys in the environment
but those that the task itself needs.
"""

import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tarot.config.keys import names_key
from tarot.config.machine import GPUS
from tarot.config.schema import HardwareConfig

RECORDING = Path(__file__).parent / "recording"
SAMPLES = "TAROT_SAMPLES"
HUB_KEYS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
API_KEY = "OPENAI_API_KEY"


def bare_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables without keys and without what would lead to other packages' modules."""
    return {
        name: value
        for name, value in environment.items()
        if not (names_key(name) or name in ("PYTHONPATH", "PYTHONHOME"))
    }


def environment_of_task(
    environment: Mapping[str, str], hardware: HardwareConfig, kept: Collection[str]
) -> dict[str, str]:
    """The environment of a task, with the keys that are `kept`."""
    child = {name: environment[name] for name in kept if name in environment}
    child |= bare_environment(environment) | {"PYTHONPATH": str(RECORDING)}
    if hardware.device == "cpu":
        child |= {GPUS: "", "OMP_NUM_THREADS": str(hardware.threads)}
    return child


def environment_of_server(
    environment: Mapping[str, str], hardware: HardwareConfig
) -> dict[str, str]:
    """The environment of a server, which runs no programs and may need the hub's key."""
    child = environment_of_task(environment, hardware, HUB_KEYS)
    del child["PYTHONPATH"]
    return child


@contextmanager
def scratch_folder(root: Path, data: Path | None) -> Iterator[Path]:
    """A folder in which Evalchemy's own paths lead to its checkout; it is gone afterwards.

    What it writes where it works, caches of data sets above all, goes with it. `data` holds data
    sets by their ids, which are then read in place of the hub's.
    """
    with tempfile.TemporaryDirectory(prefix="tarot-evalchemy-") as name:
        folder = Path(name)
        for part in ("eval", "database"):
            if (root / part).exists():
                (folder / part).symlink_to(root / part)
        for path in sorted(data.resolve().iterdir()) if data is not None else ():
            (folder / path.name).symlink_to(path)
        (folder / "tmp").mkdir()
        yield folder
