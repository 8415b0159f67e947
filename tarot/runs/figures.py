"""Figures as files, the same bytes for the same data."""

import io
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from tarot.pages import themed
from tarot.runs.files import write_atomically

DPI = 150


def write_figure(figure: Figure, out: Path) -> list[Path]:
    """Write a figure beside `out` as PNG and as SVG, and give back where."""
    paths = [out.with_suffix(f".{kind}") for kind in ("png", "svg")]
    with mpl.rc_context({"svg.hashsalt": "tarot"}):
        for path in paths:
            write_atomically(path, _rendered(figure, path.suffix[1:]))
    return paths


def svg_of(figure: Figure, name: str = "tarot") -> str:
    """A figure as an <svg> element with text as text, in the colours of the page it stands in.

    Of several in one page each has a `name` of its own, by which none refers to parts of another.
    """
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        text = _rendered(figure, "svg", transparent=True).decode()
    return themed(text[text.index("<svg") :])


def _rendered(figure: Figure, kind: str, transparent: bool = False) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata, transparent=transparent)
    return buffer.getvalue()
