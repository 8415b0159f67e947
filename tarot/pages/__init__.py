"""Pages of HTML that need no network: their frame, their style, and pictures in their colours.

Templates escape every value; what a page may do is stated in it and enforced by the browser: no
request to anywhere, and no script but the page's own.
"""

from tarot.pages.palette import COLORS, DASHES, INK
from tarot.pages.rendering import render
from tarot.pages.svg import themed

__all__ = ["COLORS", "DASHES", "INK", "render", "themed"]
