"""What is made once and kept among the user's caches."""

from pathlib import Path

import pytest

from tarot.runs.cache import build_once, cache_folder


def test_a_torn_build_leaves_nothing(tmp_path: Path) -> None:
    def torn(folder: Path) -> None:
        folder.mkdir()
        (folder / "half").write_text("")
        raise KeyboardInterrupt

    target = tmp_path / "models" / "one"
    with pytest.raises(KeyboardInterrupt):
        build_once(target, torn)
    assert list(target.parent.iterdir()) == []


def test_of_two_builds_at_once_one_stays(tmp_path: Path) -> None:
    target = tmp_path / "one"

    def overtaken(folder: Path) -> None:
        for path in (folder, target):
            path.mkdir()
            (path / "made").write_text(path.name)

    assert build_once(target, overtaken) == target
    assert (target / "made").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_the_cache_lies_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TAROT_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "tarot"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "tarot"
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
