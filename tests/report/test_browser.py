"""The pages in a browser: no complaint, filters, keys, colours, and hostile texts that stay texts.

They are skipped where there is no browser; `make browser-check` installs one.
"""

import importlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tarot.cli.main import main
from tests.report.reported_run import HOSTILE, write_run

pytestmark = pytest.mark.browser

Open = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(scope="module")
def opened() -> Open:
    """Opens a page; skips where it can't."""
    if shutil.which("chromium") is None:
        pytest.skip("no browser: chromium is not installed; `make browser-check` installs it")
    pytest.importorskip("playwright", reason="no playwright; `make browser-check` installs it")
    opened: Open = importlib.import_module("tests.report.chromium").opened
    return opened


@pytest.fixture(scope="module")
def page(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run whose completions are hostile."""
    folder = tmp_path_factory.mktemp("shown")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_run(folder)
        assert main(["report", "run=run", "execute=true", "sandbox.slots=1"]) == 0
    return folder / "run" / "report.html"


@pytest.fixture
def shown(opened: Open, page: Path) -> Iterator[Any]:
    """The page, which must not complain of anything."""
    with opened(page) as shown:
        yield shown
        assert shown.complaints == []


def test_filters_narrow_what_can_be_read(shown: Any) -> None:
    """Of 12 completions in three steps 3 were lost, 3 have no code and 3 are right throughout."""
    filters, count = shown.page.locator("#filters"), shown.page.locator("#match-count")
    for name, option, expected in (
        ("verdict", "no_code", 3),
        ("outcome", "left out", 0),
        ("verdict", "any", 3),
        ("tier", "edge", 3),
        ("outcome", "any", 12),
        ("tier", "complex", 0),
        ("tier", "any", 12),
    ):
        filters.locator(f"[name={name}]").select_option(label=option)
        assert count.inner_text().startswith(f"{expected} of 12 completions match")
    filters.locator("[name=from]").fill("2")
    filters.locator("[name=words]").fill("PROSE")
    assert count.inner_text() == "1 of 12 completions match; page 1 of 1"
    filters.get_by_role("button").click()
    shown.page.locator("#matches li").nth(11).wait_for()


def test_a_completion_shows_its_program_its_tests_and_what_came_out(shown: Any) -> None:
    detail = shown.page.locator("#detail")
    text = detail.inner_text()
    for words in ("print(2 * int(input()))", "✓ test 1, basic: accepted, 0.25 s", "10 tokens"):
        assert words in text
    detail.get_by_text("test 2, edge").click()
    opened = detail.locator("details.test").nth(1).inner_text()
    assert "run again: runtime_error" in opened
    assert "ValueError" in opened
    assert "<b>3</b>" in opened


def test_the_keyboard_reaches_completions_and_charts(shown: Any) -> None:
    shown.page.locator("#matches button").first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        shown.page.keyboard.press(key)
    assert "bad" in shown.page.locator("#detail pre").nth(1).inner_text()
    figure = shown.page.locator("figure").first
    figure.focus()
    for key in ("ArrowRight", "ArrowRight"):
        shown.page.keyboard.press(key)
    assert figure.locator(".readout").inner_text() == "step 2: basic 50.0%, edge 50.0%"


def test_a_pointer_reads_a_chart(shown: Any) -> None:
    figure = shown.page.locator("figure").first
    figure.scroll_into_view_if_needed()
    box = figure.locator(".plot").bounding_box()
    shown.page.mouse.move(box["x"] + 0.97 * box["width"], box["y"] + box["height"] / 2)
    assert figure.locator(".readout").inner_text().startswith("step 3: basic 75.0%")


def test_hostile_completions_do_nothing_and_are_shown_as_they_are(shown: Any) -> None:
    shown.page.locator("#filters [name=from]").fill("3")
    for number, text in enumerate(HOSTILE):
        shown.page.locator("#matches button").nth(number).click()
        first = shown.page.locator("#detail > div pre").first
        assert first.evaluate("node => node.textContent").startswith(text)
    assert shown.page.title() == "Run run"
    assert shown.page.locator("img, iframe, object").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_lines_stand_out_in_light_and_in_dark(
    opened: Open, page: Path, scheme: str
) -> None:
    """By WCAG 2's contrast: 4.5 for text, 3 for the lines of charts."""
    with opened(page, scheme) as shown:
        paper = _color(shown, "body", "backgroundColor")
        assert (_luminance(paper) < 0.5) == (scheme == "dark")
        assert _contrast(_color(shown, "body", "color"), paper) > 4.5
        assert _contrast(_color(shown, ".soft", "color"), paper) > 4.5
        assert _contrast(_color(shown, "svg text", "fill"), paper) > 4.5
        strokes = shown.page.eval_on_selector_all(
            "svg path[style*='--color-']",
            "nodes => nodes.map(node => getComputedStyle(node).stroke)",
        )
        for stroke in {one for one in strokes if one.startswith("rgb")}:
            assert _contrast(stroke, paper) > 3, stroke
        assert shown.complaints == []


def test_the_pages_of_real_runs_open_without_a_complaint(
    opened: Open, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs that really train, as a sweep, whose page leads to theirs."""
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root), *filter(None, sys.path)]))
    assert main(["train", "-m", "+experiment=tiny", "curriculum=adaptive,average"]) == 0
    runs, (sweep,) = sorted(Path("runs").iterdir()), Path("sweeps").iterdir()
    for run in runs:
        assert main(["report", f"run={run}"]) == 0
    assert main(["report", f"sweep={sweep}"]) == 0
    with opened(sweep / "report.html") as shown:
        links = shown.page.locator("tbody a")
        assert links.count() == len(runs) == 2
        assert shown.page.locator("figure").count() > 5
        links.first.click()
        assert shown.page.title().startswith("Run tiny-")
        shown.page.locator("#matches li").first.wait_for()
        assert shown.page.locator("#matches li").count() == 8
        assert shown.page.locator("#decision").inner_text().startswith("The adaptive decision")
        assert shown.complaints == []


def _color(shown: Any, selector: str, name: str) -> str:
    color: str = shown.page.eval_on_selector(selector, f"node => getComputedStyle(node).{name}")
    return color


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    """Relative luminance of `rgb(r, g, b)` (WCAG 2.2, under its terms)."""
    channels = [int(part) / 255 for part in color.partition("(")[2].rstrip(")").split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
