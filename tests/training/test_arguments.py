"""What TRL is told of the run's vLLM."""

from pathlib import Path

import pytest

from tarot.cli.composition import compose
from tarot.config.run import validate_run
from tarot.config.vllm import SERVER_GROUP_PORT, SERVER_URL
from tarot.runs import RunDirectory
from tarot.training.arguments import grpo_arguments

OURS, THEIRS = "http://127.0.0.1:8000", "http://there:8000"


@pytest.mark.parametrize(
    ("given", "url", "length"),
    [
        ((), OURS, 5120),
        (("trainer.vllm_server_base_url=null", "trainer.vllm_max_model_length=null"), OURS, 5120),
        (
            (f"trainer.vllm_server_base_url={THEIRS}", "trainer.vllm_max_model_length=6000"),
            THEIRS,
            6000,
        ),
    ],
)
def test_the_launchers_server_is_asked_unless_another_is_named(
    given: tuple[str, ...], url: str, length: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(SERVER_URL, OURS)
    monkeypatch.setenv(SERVER_GROUP_PORT, "51216")
    alone = ("hardware.processes=1", "hardware.gpus=2", "hardware.sharding=null")
    (job,) = compose("train", [*alone, "hardware.autocast=null", *given])
    arguments = grpo_arguments(validate_run(job.config), RunDirectory(tmp_path))
    assert (arguments.vllm_server_base_url, arguments.vllm_max_model_length) == (url, length)


@pytest.mark.parametrize("sleeps", [True, False])
def test_trl_is_told_whether_vllm_sleeps(sleeps: bool, tmp_path: Path) -> None:
    asked = f"hardware.vllm.sleep={str(sleeps).lower()}"
    (job,) = compose("train", ["hardware=gpu1_24gb", "hardware.autocast=null", asked])
    arguments = grpo_arguments(validate_run(job.config), RunDirectory(tmp_path))
    assert arguments.vllm_enable_sleep_mode is sleeps
