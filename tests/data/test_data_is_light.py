"""Heavy libraries are imported by the sources that need them, when they do."""

import subprocess
import sys
from pathlib import Path

import pytest

from tarot.data.lazy import heavy
from tarot.types import UserError


def test_starter_problems_need_no_heavy_library(root: Path) -> None:
    code = (
        "import sys; from tarot.data import HubSource, JsonlSource, Split, StarterSource\n"
        "StarterSource(num_problems=24).load(Split.TRAIN)\n"
        "heavy = {'torch', 'transformers', 'trl', 'datasets', 'pyarrow', 'huggingface_hub'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_library_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UserError, match=r"^datasets is not installed; pip install datasets$"):
        heavy("datasets")
