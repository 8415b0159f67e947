"""Pictures of pages: FILE.html PICTURE.png ANCHOR for each; an anchor of - is the page's top."""

import sys
from pathlib import Path

from tests.report.chromium import opened

HEIGHT = 860


def take(page: Path, picture: Path, anchor: str) -> None:
    """What of a page is on a screen when its part of that name is at the top."""
    with opened(page, height=HEIGHT) as shown:
        if anchor != "-":
            shown.page.evaluate("name => document.getElementById(name).scrollIntoView()", anchor)
        picture.parent.mkdir(parents=True, exist_ok=True)
        shown.page.screenshot(path=picture)


if __name__ == "__main__":
    arguments = iter(sys.argv[1:])
    for page, picture, anchor in zip(arguments, arguments, arguments, strict=True):
        take(Path(page), Path(picture), anchor)
