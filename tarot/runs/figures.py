"""Figures as files, the same bytes for the same data."""

import io
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from tarot.runs.files import write_atomically

DPI = 150


def write_figure(figure: Figure, out: Path) -> list[Path]:
    """Write a figure beside `out` as PNG and as SVG, and give back where."""
    paths = [out.with_suffix(f".{kind}") for kind in ("png", "svg")]
    with mpl.rc_context({"svg.hashsalt": "tarot"}):
        for path in paths:
            write_atomically(path, _rendered(figure, path.suffix[1:]))
    return paths


def svg_of(figure: Figure) -> str:
    """A figure as an <svg> element, to stand in a page."""
    with mpl.rc_context({"svg.hashsalt": "tarot"}):
        text = _rendered(figure, "svg").decode()
    return text[text.index("<svg") :]


def _rendered(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    return buffer.getvalue()
