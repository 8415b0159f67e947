"""Which GPUs the processes of a run see."""

import json
import sys
from pathlib import Path

import pytest

from launchers.accelerate import AccelerateLauncher
from launchers.environment import child_environment, serving_gpus
from tarot.cli.composition import compose
from tarot.config.schema import RunConfig
from tarot.types import Outcome, Run, RunState

GPUS = "CUDA_VISIBLE_DEVICES"
SHOW = "import os, sys\nopen(sys.argv[1], 'w').write(os.environ['CUDA_VISIBLE_DEVICES'])\n"


def config(*overrides: str) -> RunConfig:
    (job,) = compose("train", overrides)
    return RunConfig.model_validate(job.config)


@pytest.mark.parametrize(
    ("hardware", "visible", "seen"),
    [
        ("gpu1_80gb", {}, "0"),
        ("gpu1_80gb", {GPUS: "4,5,6"}, "4"),
        ("gpu8_80gb_colocate", {}, "0,1,2,3,4,5,6,7"),
        ("gpu16_80gb", {}, "0,1,2,3,4,5,6,7"),
        ("gpu8_80gb", {}, "0,1,2,3,4,5,6"),
        ("cpu", {GPUS: "0"}, ""),
    ],
)
def test_training_sees_the_gpus_that_train(
    hardware: str, visible: dict[str, str], seen: str
) -> None:
    child = child_environment(visible, config(f"hardware={hardware}").hardware)
    assert child[GPUS] == seen


def test_a_lone_process_does_not_see_the_gpu_of_a_server_that_is_there_already() -> None:
    split = ("hardware.processes=1", "hardware.gpus=2", "hardware.sharding=null")
    there = config(*split, "trainer.vllm_server_base_url=http://127.0.0.1:8000")
    assert child_environment({}, there.hardware)[GPUS] == "0"
    assert serving_gpus({}, there.hardware) == ["1"]


def test_accelerate_leaves_a_lone_process_the_one_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(GPUS, "5,6")
    content = config("hardware=gpu1_80gb").model_dump(mode="json")
    (tmp_path / "config.json").write_text(json.dumps(content))
    (tmp_path / "logs").mkdir()
    (tmp_path / "show.py").write_text(SHOW)
    command = (sys.executable, str(tmp_path / "show.py"), str(tmp_path / "seen"))
    assert AccelerateLauncher().launch(Run(str(tmp_path), command)) == Outcome(RunState.FINISHED)
    assert (tmp_path / "seen").read_text() == "5"
