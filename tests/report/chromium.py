"""Pages in Debian's Chromium, without a head and without a network."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, sync_playwright

BROWSER = "chromium"
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Shown:
    """A page in a browser, with all that it has complained of or asked a network for."""

    page: Page
    complaints: list[str] = field(default_factory=list)


@contextmanager
def opened(path: Path, scheme: Scheme = "light", height: int = 900) -> Iterator[Shown]:
    """The page of a file; the browser is closed afterwards."""
    # Chromium's own sandbox refuses to start as root.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which(BROWSER), args=options)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": height}, color_scheme=scheme)
            shown = Shown(page)
            page.on("console", lambda message: shown.complaints.append(message.text))
            page.on("pageerror", lambda error: shown.complaints.append(str(error)))
            page.on("dialog", lambda dialog: shown.complaints.append(dialog.message))
            page.on("request", lambda request: _note(shown, request.url))
            page.goto(path.resolve().as_uri())
            yield shown
        finally:
            browser.close()


def _note(shown: Shown, url: str) -> None:
    if not url.startswith("file:"):
        shown.complaints.append(f"asked for {url}")
