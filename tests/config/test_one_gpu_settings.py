"""Settings of one GPU that trains and generates: a vLLM that sleeps, and weights in four bits."""

from importlib.util import find_spec

import pytest

from tarot.config.quantization import check_bitsandbytes
from tarot.types import UserError
from tests.config.test_validation import run_config

VLLM = "{mode: colocate, gpus: 0, tensor_parallel: 1, gpu_memory_utilization: 0.3}"


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (("hardware=gpu8_80gb",), "a server has GPUs of its own; set it to false, or hardware.vl"),
        (
            (f"hardware.vllm={VLLM}",),
            "vLLM sleeps on GPUs alone, and hardware.device=cpu; set it to false",
        ),
    ],
)
def test_only_a_vllm_beside_training_on_a_gpu_sleeps(settings: tuple[str, ...], line: str) -> None:
    with pytest.raises(UserError, match=rf"^hardware\.vllm\.sleep=true: {line}"):
        run_config(*settings, "hardware.vllm.sleep=true")


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ((), "bitsandbytes needs CUDA, and hardware.device=cpu; set trainer=lora"),
        (
            ("hardware=gpu16_80gb", "hardware.vllm=null", "problems_per_step=64"),
            "weights in four bits are not split; set hardware.sharding=zero2 or null",
        ),
        (
            ("hardware=gpu1_24gb", f"hardware.vllm={VLLM}"),
            "TRL would hand vLLM the weights in four bits without their scales; set hardware.vllm",
        ),
    ],
)
def test_four_bits_are_refused_where_they_cannot_be_trained_on(
    settings: tuple[str, ...], line: str
) -> None:
    with pytest.raises(UserError, match=rf"^lora\.quantization=nf4: {line}"):
        run_config("trainer=qlora", *settings)


@pytest.mark.skipif(find_spec("bitsandbytes") is not None, reason="bitsandbytes is installed")
def test_four_bits_need_bitsandbytes() -> None:
    run = run_config("trainer=qlora", "hardware=gpu1_24gb")
    with pytest.raises(UserError, match=r"^lora\.quantization=nf4: bitsandbytes is not installed;"):
        check_bitsandbytes(run.lora)
    check_bitsandbytes(run_config("trainer=lora").lora)
