"""Pictures in the colours of the page that they stand in."""

from matplotlib.figure import Figure

from tarot.pages import COLORS, themed
from tarot.runs.figures import svg_of


def test_colours_become_the_pages_and_texts_stay_as_they_are() -> None:
    svg = f'<g id="axes_1"><path id="m1a2b" style="stroke: {COLORS[0].lower()}"/>#0072b2</g>'
    assert themed(svg) == '<g><path id="m1a2b" style="stroke: var(--color-0)"/>#0072b2</g>'


def test_pictures_of_one_page_share_no_part_and_their_text_is_text() -> None:
    """Each refers to its own marks alone, of which the browser would take the first of a name."""
    pictures = [svg_of(_drawn(), name) for name in ("one", "other")]
    found = [{word for word in svg.split('"') if f'id="{word}"' in svg} for svg in pictures]
    assert found[0]
    assert found[0].isdisjoint(found[1])
    assert ">some title</text>" in pictures[0]


def _drawn() -> Figure:
    figure = Figure(figsize=(2, 2))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], marker="o")
    axes.set_title("some title")
    return figure
