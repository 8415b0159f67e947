"""How long a sandbox may be out is held against how long processes wait for each other."""

import pytest

from tarot.cli.composition import compose
from tarot.config.run import validate_run
from tarot.types import UserError

SANDBOX = ("sandbox=e2b", "+experiment=tiny", "hardware.per_device_batch_size=2")


@pytest.mark.parametrize("option", ["e2b", "sandbox_fusion"])
def test_an_outage_as_long_as_the_others_wait_is_refused(option: str) -> None:
    settings = ("hardware.processes=2", f"sandbox={option}", "sandbox.max_outage_s=1800")
    (job,) = compose("train", [*SANDBOX[1:], *settings])
    with pytest.raises(UserError) as caught:
        validate_run(job.config)

    assert str(caught.value) == (
        "sandbox.max_outage_s=1800: the other processes wait trainer.ddp_timeout=1800 s for one "
        "whose sandbox is out; set it below that"
    )


@pytest.mark.parametrize(
    "settings",
    [
        ("hardware.processes=2",),
        ("hardware.processes=2", "sandbox.max_outage_s=1800", "trainer.ddp_timeout=1801"),
        ("sandbox.max_outage_s=1800",),
    ],
)
def test_a_shorter_outage_and_a_single_process_are_fine(settings: tuple[str, ...]) -> None:
    (job,) = compose("train", [*SANDBOX, *settings])

    assert validate_run(job.config).sandbox["max_outage_s"] <= 1800
