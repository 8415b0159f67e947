"""A bench whose report grows stage by stage."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

from rich.console import Console, RenderableType

from tarot.cli.outputs import check_output
from tarot.cli.screen import screen
from tarot.runs import write_json


class Report(Protocol):
    """What was measured so far."""

    def to_plain(self) -> dict[str, Any]:
        """The report as plain data for JSON."""


R = TypeVar("R", bound=Report)


def measure_and_show(
    measure: Callable[[Callable[[str], None]], Iterator[R]],
    show: Callable[[R], RenderableType],
    out: str | None,
) -> None:
    """Show the last report; the file `out` is written after each stage, whose name is shown."""
    check_output("out", out)
    report = None
    with Console(stderr=True).status("starting") as status:
        for report in measure(lambda stage: status.update(f"measuring {stage}")):
            if out:
                write_json(Path(out), report.to_plain())
    if report is not None:
        screen().print(show(report))
