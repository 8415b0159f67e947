"""Children of a run by the module that they are."""

import gc
import subprocess
import sys
from pathlib import Path

from tarot.runs.child import TRAINING, child_of, command_of
from tarot.runs.exits import Exit
from tarot.runs.imports import lasting_imports

MODULE = """
import gc
WAS_ENABLED = gc.isenabled()

def main(*arguments):
    print(arguments, WAS_ENABLED, gc.isenabled(), gc.get_freeze_count() > 0)
    return 75
"""


def test_a_childs_main_has_its_arguments_and_its_exit_code(tmp_path: Path) -> None:
    """Nothing looks for garbage while it is imported."""
    (tmp_path / "stage.py").write_text(MODULE)
    command = command_of("stage", "one", "two")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (Exit.OUTAGE, "")
    assert done.stdout == "('one', 'two') False True True\n"


def test_a_stage_is_told_its_directory_and_training_is_a_command_of_its_own() -> None:
    folder = Path("runs/run")
    stage = child_of(folder, "tarot.training.probing")
    assert stage.command == tuple(command_of("tarot.training.probing", "runs/run"))
    assert child_of(folder).command == (sys.executable, "-m", TRAINING, "runs/run")


def test_what_is_garbage_stays_garbage_where_nothing_is_imported() -> None:
    frozen = gc.get_freeze_count()
    with lasting_imports():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == frozen


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with lasting_imports():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
