"""The commands of `launcher=accelerate`, to the letter, by hardware."""

from typing import Any

import pytest

from launchers.accelerate import AccelerateLauncher
from tarot.cli.composition import compose
from tarot.types import Run, UserError

RUN = Run("runs/r", ("python", "-m", "tarot.training", "runs/r"))
ALONE = "accelerate launch --config_file runs/r/accelerate.yaml --main_process_port PORT -m "
ALONE += "tarot.training runs/r"


def config(*overrides: str) -> dict[str, Any]:
    (job,) = compose("train", overrides)
    return job.config


@pytest.mark.parametrize("hardware", ["cpu", "gpu1_24gb", "gpu1_80gb", "gpu8_80gb_colocate"])
def test_training_alone_is_one_command(hardware: str) -> None:
    assert AccelerateLauncher().render(RUN, config(f"hardware={hardware}")) == ALONE


def test_a_server_gets_the_gpus_that_do_not_train() -> None:
    server, training = AccelerateLauncher().render(RUN, config()).splitlines()
    assert server == (
        "CUDA_VISIBLE_DEVICES=7 trl vllm-serve "
        "--model Qwen/Qwen2.5-Coder-7B-Instruct --host 127.0.0.1 --port VLLM_PORT "
        "--tensor_parallel_size 1 --gpu_memory_utilization 0.9 --dtype bfloat16 "
        "--max_model_len 5120"
    )
    assert training == (
        "TAROT_VLLM_URL=http://127.0.0.1:VLLM_PORT TAROT_VLLM_GROUP_PORT=VLLM_GROUP_PORT "
        f"CUDA_VISIBLE_DEVICES=0,1,2,3,4,5,6 {ALONE}"
    )


def test_a_server_of_two_gpus_splits_the_model() -> None:
    split = ("hardware.processes=6", "hardware.vllm.gpus=2", "hardware.vllm.tensor_parallel=2")
    server, training = AccelerateLauncher().render(RUN, config(*split)).splitlines()
    assert "CUDA_VISIBLE_DEVICES=6,7 trl vllm-serve" in server
    assert "--tensor_parallel_size 2" in server
    assert "CUDA_VISIBLE_DEVICES=0,1,2,3,4,5 accelerate launch" in training


def test_a_revision_and_a_length_of_the_users_own_reach_the_server() -> None:
    own = ("model.revision=abc123", "trainer.vllm_max_model_length=4000")
    server, _ = AccelerateLauncher().render(RUN, config(*own)).splitlines()
    assert "--model Qwen/Qwen2.5-Coder-7B-Instruct --revision abc123" in server
    assert server.endswith("--max_model_len 4000")


def test_a_server_that_the_trainer_names_is_not_started() -> None:
    named = config("trainer.vllm_server_base_url=http://there:8000")
    assert AccelerateLauncher().render(RUN, named) == ALONE


def test_one_of_several_machines_says_which_it_is() -> None:
    launcher = AccelerateLauncher(machine_rank=1, main_process_ip="n1", main_process_port=5)
    assert launcher.render(RUN, config("hardware=gpu16_80gb")) == (
        "accelerate launch --config_file runs/r/accelerate-1.yaml --machine_rank 1 "
        "--main_process_ip n1 --main_process_port 5 -m tarot.training runs/r"
    )


def test_a_model_that_a_server_cannot_fetch_is_refused() -> None:
    with pytest.raises(UserError, match=r"gguf_wheel; set hardware\.vllm\.mode=colocate"):
        AccelerateLauncher().render(RUN, config("model=smollm2-135m"))
