"""`tarot reproduce` of a run that really trained."""

import pytest

from tests.training.workplace import Finished, Workplace

pytestmark = pytest.mark.e2e

REPRODUCE = ("-m", "tarot.cli", "reproduce", "run=whole", "into=elsewhere/again")
SAME = "whole and elsewhere/again: steps in common: 6; all the same\n"


@pytest.fixture(scope="module")
def reproduced(workplace: Workplace, whole: Finished) -> Finished:
    return workplace.finish(workplace.start(*REPRODUCE))


def test_the_same_seed_gives_the_same_completions_and_rewards(reproduced: Finished) -> None:
    assert (reproduced.returncode, reproduced.stderr) == (0, "")
    assert reproduced.stdout.endswith(SAME)
    assert "GRPO  5/6" in reproduced.stdout


def test_the_cold_start_is_taken_from_the_cache(whole: Finished, reproduced: Finished) -> None:
    assert "cold start …\n" in whole.stdout
    assert "cold start …\n" not in reproduced.stdout


def test_a_finished_reproduction_is_only_compared(
    workplace: Workplace, reproduced: Finished
) -> None:
    again = workplace.finish(workplace.start(*REPRODUCE))
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == f"elsewhere/again is finished; nothing to do\n{SAME}"
