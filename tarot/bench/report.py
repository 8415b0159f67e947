"""All figures of a bench, as far as they are taken, and as JSON."""

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from tarot.bench.anatomy import Anatomy
from tarot.bench.fairness import FairnessRun
from tarot.bench.programs import ProgramRuns
from tarot.bench.requirements import Requirement
from tarot.bench.rewards import BatchRun
from tarot.bench.ways import Way
from tarot.config.benches import BenchConfig
from tarot.sandbox.local import LAYERS, LocalSandbox


@dataclass(frozen=True, slots=True)
class Machine:
    """What was measured on; `load` is the number of ready processes a minute before."""

    interpreter: str
    python: str
    numpy: str
    kernel: str
    num_cores: int
    load: float
    layers: tuple[str, ...]
    missing_ways: dict[Way, str]


@dataclass(frozen=True, slots=True)
class Report:
    """Figures; what is not measured yet is empty."""

    config: BenchConfig
    machine: Machine
    anatomy: Anatomy | None = None
    programs: tuple[ProgramRuns, ...] = ()
    batches: tuple[BatchRun, ...] = ()
    fairness: tuple[FairnessRun, ...] = ()
    requirements: tuple[Requirement, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """The report as plain data for JSON."""
        return dict(_ADAPTER.dump_python(self, mode="json"))

    @staticmethod
    def from_json(text: str | bytes) -> "Report":
        """The report that was written."""
        return _ADAPTER.validate_json(text)


def this_machine() -> Machine:
    """What can be asked before anything is measured."""
    sandbox = LocalSandbox(slots=1)
    sandbox.close()
    return Machine(
        interpreter=sys.executable,
        python=platform.python_version(),
        numpy=version("numpy"),
        kernel=platform.release(),
        num_cores=len(os.sched_getaffinity(0)),
        load=os.getloadavg()[0],
        layers=tuple(name for name in LAYERS if name in sandbox.layers),
        missing_ways={way: fault for way in Way if (fault := way.fault) is not None},
    )


_ADAPTER = TypeAdapter(Report)
