"""The package that pip installs has all that the command needs."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

FOLDERS = ("conf", "tarot", "rewards", "launchers", "experiments")


def test_the_wheel_holds_the_configs_that_the_command_composes(root: Path, tmp_path: Path) -> None:
    source, wheels, installed = (tmp_path / name for name in ("source", "wheels", "installed"))
    for name in FOLDERS:
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in root.iterdir():
        if path.is_file():
            shutil.copy(path, source)
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    pip = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(wheels)]
    subprocess.run([*pip, str(source)], check=True, capture_output=True)
    (wheel,) = wheels.iterdir()
    zipfile.ZipFile(wheel).extractall(installed)
    for name in ("generation/prompts", "pages/templates", "report/templates", "audit/templates"):
        folder = Path("tarot", name)
        assert set(os.listdir(installed / folder)) == set(os.listdir(root / folder))
    result = subprocess.run(
        [sys.executable, "-P", "-m", "tarot.cli", "train", "+experiment=tiny", "dry_run=true"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "runs/tiny-" in result.stdout
