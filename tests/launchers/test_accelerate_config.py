"""The file for `accelerate launch`, for every set-up that is shipped."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from launchers.accelerate_config import accelerate_config
from tarot.cli.composition import compose
from tarot.config.schema import HardwareConfig

SETTINGS = Path(__file__).parents[2] / "conf" / "hardware"
ONE_MACHINE = {
    "compute_environment": "LOCAL_MACHINE",
    "num_machines": 1,
    "use_cpu": False,
    "mixed_precision": "bf16",
    "rdzv_backend": "static",
    "same_network": True,
}
ZERO2 = {
    "zero_stage": 2,
    "gradient_accumulation_steps": 16,
    "offload_optimizer_device": "none",
    "offload_param_device": "none",
    "deepspeed_multinode_launcher": "standard",
}
ZERO3 = {**ZERO2, "zero_stage": 3, "zero3_init_flag": True, "zero3_save_16bit_model": True}
ALONE = {**ONE_MACHINE, "num_processes": 1, "distributed_type": "NO"}
EXPECTED: dict[str, dict[str, Any]] = {
    "cpu": {**ALONE, "use_cpu": True, "mixed_precision": "no"},
    "gpu1_24gb": ALONE,
    "gpu1_80gb": ALONE,
    "gpu8_80gb": {
        **ONE_MACHINE,
        "num_processes": 7,
        "distributed_type": "DEEPSPEED",
        "deepspeed_config": ZERO2,
    },
    "gpu8_80gb_colocate": {
        **ONE_MACHINE,
        "num_processes": 8,
        "distributed_type": "DEEPSPEED",
        "deepspeed_config": ZERO2,
    },
    "gpu16_80gb": {
        **ONE_MACHINE,
        "num_machines": 2,
        "num_processes": 16,
        "distributed_type": "DEEPSPEED",
        "deepspeed_config": ZERO3,
    },
}


def hardware(*overrides: str) -> HardwareConfig:
    (job,) = compose("train", overrides)
    return HardwareConfig(**job.config["hardware"])


def test_every_set_up_is_expected_here() -> None:
    assert {path.stem for path in SETTINGS.glob("*.yaml")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_the_file_says_what_the_set_up_says(name: str) -> None:
    assert accelerate_config(hardware(f"hardware={name}"), 16) == EXPECTED[name]


def test_plain_data_parallelism_on_the_cpu_takes_the_way_of_torchrun() -> None:
    config = accelerate_config(hardware("hardware=cpu", "hardware.processes=2"), 1)
    assert config == {
        **EXPECTED["cpu"],
        "num_processes": 2,
        "distributed_type": "MULTI_GPU",
    }


def test_fsdp_shards_by_layers_and_gathers_what_it_saves() -> None:
    config = accelerate_config(hardware("hardware.sharding=fsdp2"), 16)
    assert config == {
        **ONE_MACHINE,
        "num_processes": 7,
        "distributed_type": "FSDP",
        "fsdp_config": {
            "fsdp_version": 2,
            "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
            "fsdp_reshard_after_forward": True,
            "fsdp_state_dict_type": "FULL_STATE_DICT",
            "fsdp_offload_params": False,
            "fsdp_cpu_ram_efficient_loading": False,
            "fsdp_activation_checkpointing": False,
        },
    }


@pytest.mark.skipif(find_spec("accelerate") is None, reason="accelerate is not installed")
@pytest.mark.parametrize("sharding", ["null", "zero1", "zero2", "zero3", "fsdp2"])
def test_accelerate_reads_the_file(tmp_path: Path, sharding: str) -> None:
    from accelerate.commands.config.config_args import load_config_from_file  # noqa: PLC0415

    config = accelerate_config(hardware(f"hardware.sharding={sharding}"), 16)
    path = tmp_path / "accelerate.yaml"
    path.write_text(yaml.safe_dump(config))
    read = load_config_from_file(str(path)).to_dict()
    assert {key: read[key] for key in config} == config
