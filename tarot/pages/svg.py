"""A picture of matplotlib's as a part of a page."""

import re

from tarot.pages.palette import VARIABLES

_STYLE = re.compile(r'style="[^"]*"')
_COLOR = re.compile(r"#[0-9a-f]{6}")
# Numbered anew in every picture and referred to by nothing.
_IDLE_ID = re.compile(r' id="[a-z0-9.]*[a-z]_\d+"')


def themed(svg: str) -> str:
    """The picture in the page's colours, without the ids that all pictures share."""
    return _STYLE.sub(_in_variables, _IDLE_ID.sub("", svg))


def _in_variables(style: re.Match[str]) -> str:
    return _COLOR.sub(lambda color: VARIABLES.get(color[0], color[0]), style[0])
