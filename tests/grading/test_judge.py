import pytest

from tarot.grading.judge import judge
from tarot.types import Execution, StopReason, Verdict


def ended(exit_code: int | None, stopped_by: StopReason | None = None) -> Execution:
    return Execution(b"1\n", b"", exit_code, 0.0, 0.0, 0.0, stopped_by)


@pytest.mark.parametrize(
    ("execution", "verdict"),
    [
        (ended(0), Verdict.ACCEPTED),
        (ended(1), Verdict.RUNTIME_ERROR),
        (ended(-11), Verdict.RUNTIME_ERROR),
        (ended(None), Verdict.RUNTIME_ERROR),
        (ended(0, StopReason.TIME), Verdict.TIME_LIMIT),
        (ended(0, StopReason.MEMORY), Verdict.MEMORY_LIMIT),
        (ended(0, StopReason.OUTPUT), Verdict.OUTPUT_LIMIT),
        (ended(-31, StopReason.SECURITY), Verdict.SECURITY),
        (ended(None, StopReason.INFRASTRUCTURE), Verdict.INFRASTRUCTURE),
    ],
)
def test_the_end_of_a_program_outweighs_a_right_output(
    execution: Execution, verdict: Verdict
) -> None:
    assert judge(execution, "1") is verdict


def test_another_output_is_a_wrong_answer() -> None:
    assert judge(ended(0), "2") is Verdict.WRONG_ANSWER


def test_expected_text_is_compared_as_utf_8() -> None:
    execution = Execution("é".encode(), b"", 0, 0.0, 0.0, 0.0)

    assert judge(execution, "é") is Verdict.ACCEPTED
    assert judge(execution, "é".encode()) is Verdict.ACCEPTED
