"""What is to be changed where vLLM draws, by how it is set up."""

import pytest

from tarot.cli.composition import compose
from tarot.config.run import validate_run
from tarot.explain.advice import changes_for
from tarot.explain.causes import Cause
from tarot.explain.completions import Tally
from tarot.explain.lines import Lines
from tarot.explain.settings import RunSettings


@pytest.mark.parametrize(
    ("cause", "given", "named"),
    [
        (Cause.MISMATCH, ["hardware=gpu8_80gb"], ["hardware.dtype=float32"]),
        (
            Cause.MISMATCH,
            ["hardware=gpu8_80gb", "hardware.dtype=float32"],
            ["hardware.autocast=null"],
        ),
        (Cause.MISMATCH, ["hardware=gpu1_80gb"], ["hardware.vllm=null"]),
        (
            Cause.MISMATCH,
            ["hardware=gpu1_80gb", "trainer.vllm_importance_sampling_correction=false"],
            ["trainer.vllm_importance_sampling_correction=true", "hardware.vllm=null"],
        ),
        (Cause.UNSYNCED, ["hardware=gpu8_80gb"], ["hardware=gpu8_80gb_colocate"]),
        (Cause.UNSYNCED, ["hardware=gpu1_80gb"], ["hardware.vllm=null"]),
    ],
)
def test_it_changes_something_and_each_of_it_is_taken(
    cause: Cause, given: list[str], named: list[str]
) -> None:
    (job,) = compose("train", given)
    changes = changes_for(cause, RunSettings(job.config), Lines({}), Tally())
    assert [change.typed for change in changes] == named
    for change in changes:
        (changed,) = compose("train", [*given, change.typed])
        assert validate_run(changed.config) != validate_run(job.config)
