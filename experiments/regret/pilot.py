"""What is stated before the study: how much its seeds scatter, by a pilot on other seeds.

python -m experiments.regret.study seeds=[201,202,203] evaluation.split=dev out=DIR
python -m experiments.regret.pilot results=DIR          writes pilot.json from the pilot's results
python -m experiments.regret.pilot results=DIR out=DIR  the same to another folder
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from experiments.command import run_command, settings
from experiments.regret import HERE
from experiments.regret.grid import SEEDS
from experiments.regret.results import Measure, Results
from tarot.config.strict import Strict
from tarot.metrics.seeds import detectable, pooled_deviation
from tarot.runs import read_json, write_json
from tarot.types import UserError

FILE = "pilot.json"


@dataclass(frozen=True, slots=True)
class Pilot:
    """The pilot's seeds and, by measure, the deviation over seeds of differences from `average`.

    Its variances are the means over the capabilities and the two curricula.
    """

    seeds: tuple[int, ...]
    deviations: Mapping[Measure, float]

    def detectable(self, measure: Measure) -> float:
        """The true difference that the study finds with a power of 80%."""
        return detectable(self.deviations[measure], len(SEEDS))


_ADAPTER = TypeAdapter(Pilot)


class PilotSettings(Strict):
    """`results` is the folder of the pilot's results, `out` that of `pilot.json`."""

    results: str
    out: str = str(HERE)


def main(arguments: Sequence[str]) -> int:
    """Write and print what the pilot says of the study."""
    given = settings(PilotSettings, arguments)
    pilot = pilot_of(Results.read(Path(given.results)))
    write_json(Path(given.out) / FILE, _ADAPTER.dump_python(pilot, mode="json"))
    for measure in Measure:
        sys.stdout.write(f"{measure}: {100 * pilot.detectable(measure):.1f} points\n")
    return 0


def pilot_of(results: Results) -> Pilot:
    """The pilot whose results these are; UserError for seeds of the study or a run missing."""
    seeds = tuple(sorted({run.seed for run in results.runs}))
    if results.missing or set(seeds) & set(SEEDS):
        raise UserError(
            f"results: a pilot is a whole grid of seeds other than {SEEDS}; these are {seeds}, "
            f"with {len(results.missing)} runs missing"
        )
    deviations = {
        measure: pooled_deviation(
            [
                difference.deviation
                for found in capabilities.values()
                for difference in found.differences.values()
            ]
        )
        for measure, capabilities in results.capabilities.items()
    }
    return Pilot(seeds, deviations)


def read_pilot(folder: Path = HERE) -> Pilot | None:
    """What `main` wrote, or None where no pilot was run."""
    if not (folder / FILE).exists():
        return None
    return _ADAPTER.validate_python(read_json(folder / FILE))


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
