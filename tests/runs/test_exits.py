"""The exit code of a command, from that of what it started."""

import pytest

from tarot.runs.exits import ChildFailure, Exit, check_child, exit_code
from tarot.types import Outcome, RunState, UserError


@pytest.mark.parametrize(("code", "own"), [(1, 1), (2, 2), (75, 75), (-9, 1), (None, 1)])
def test_a_failed_run_keeps_the_codes_that_say_what_to_do(code: int | None, own: int) -> None:
    assert exit_code(Outcome(RunState.FAILED, "a cause", code)) == own


@pytest.mark.parametrize(("code", "own"), [(1, Exit.FAILED), (75, Exit.OUTAGE), (-9, Exit.FAILED)])
def test_a_failed_stage_fails_its_run_alike(code: int, own: Exit) -> None:
    with pytest.raises(
        ChildFailure, match=f"the probe ended with exit code {code}: out"
    ) as failure:
        check_child("the probe", code, "a line\nout\n")
    assert failure.value.code is own


def test_a_users_error_of_a_stage_is_the_runs_own() -> None:
    with pytest.raises(UserError, match=r"^model\.id: no such model$"):
        check_child("the probe", 2, "model.id: no such model\n")


def test_a_stage_that_was_stopped_stops_its_run() -> None:
    with pytest.raises(KeyboardInterrupt):
        check_child("the probe", 130, "")
