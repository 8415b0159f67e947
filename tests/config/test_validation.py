"""What the validation says of single keys; whole commands are tested in tests/cli."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.config.batches import BatchPlan, plan_batches
from tarot.config.machine import check_platform, check_split, visible_gpus
from tarot.config.run import validate_run
from tarot.config.schema import HardwareConfig, RunConfig
from tarot.config.targets import build, check_target
from tarot.config.trainer_fields import check_trainer
from tarot.types import Policy, Tier, UserError

HERE = "tarot.types.Outcome"
GPU8: dict[str, Any] = {
    "device": "cuda",
    "nodes": 1,
    "processes": 7,
    "gpus": 8,
    "gpu_memory_gb": 80,
    "threads": 8,
    "dtype": "bfloat16",
    "autocast": None,
    "per_device_batch_size": 8,
    "gradient_checkpointing": True,
    "sharding": "zero2",
    "vllm": {"mode": "server", "gpus": 1, "tensor_parallel": 1, "gpu_memory_utilization": 0.9},
}


class Chooser:
    """A target with parameters of many types."""

    def __init__(
        self,
        candidates: Mapping[str, Policy],
        order: Sequence[str],
        tiers: tuple[Tier, ...] = (),
        share: float = 0.5,
        fallback: Policy | None = None,
    ) -> None:
        if share > 1:
            raise UserError(f"chooser.share: {share} is above 1")


def node(**arguments: Any) -> dict[str, Any]:
    return {"_target_": f"{__name__}.Chooser", "candidates": {}, "order": [], **arguments}


def policy(**arguments: Any) -> dict[str, Any]:
    stages = [{"start": 0.0, "allocation": {"basic": 1}}]
    target = "tarot.curriculum.StagedPolicy"
    return {"_target_": target, "weights": {"basic": 1.0}, "stages": stages, **arguments}


def run_config(*overrides: str) -> RunConfig:
    (job,) = compose("train", ["+experiment=tiny", *overrides])
    return validate_run(job.config)


def test_a_node_with_fitting_arguments_passes() -> None:
    check_target("chooser", node(candidates={"a": policy()}, tiers=["basic"], share=1))


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"shard": 1}, "chooser.shard: Chooser has no such key; did you mean share?"),
        ({"share": "half"}, 'chooser.share: "half" should be a valid number'),
        ({"share": True}, "chooser.share: true should be a valid number"),
        ({"order": ["a", 1]}, "chooser.order.1: 1 should be a valid string"),
        ({"tiers": ["basics"]}, 'chooser.tiers.0: "basics" should be'),
        ({"fallback": 3}, "chooser.fallback: 3 should be a node with _target_"),
        (
            {"candidates": {"a": policy(weight=1)}},
            "chooser.candidates.a.weight: StagedPolicy has no such key; did you mean weights?",
        ),
        (
            {"fallback": policy(all_must_pass="yes")},
            'chooser.fallback.all_must_pass: "yes" should be a valid boolean',
        ),
    ],
)
def test_a_wrong_argument_of_a_target_is_named_in_full(
    arguments: dict[str, Any], line: str
) -> None:
    with pytest.raises(UserError, match="^" + re.escape(line)):
        check_target("chooser", node(**arguments))


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("nowhere.Thing", "No module named 'nowhere'"),
        ("tarot.types.Nothing", "no attribute 'Nothing'"),
        ("tarot.runs.exits.__doc__", "cannot be called"),
    ],
)
def test_a_target_that_is_not_there_is_an_error(path: str, cause: str) -> None:
    with pytest.raises(UserError, match=rf"^sandbox\._target_: .*{cause}"):
        check_target("sandbox", {"_target_": path})


def test_a_package_that_a_class_needs_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "needy.py").write_text("import absent_package")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match="No module named 'absent_package'; install absent_package"):
        check_target("launcher", {"_target_": "needy.Launcher"})


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"family": "qwen3"}, "experts: model.architecture.family=qwen3 has none; set both"),
        ({"experts": None}, "experts: model.architecture.family=qwen3_moe gives no experts;"),
        ({"experts": {"number": 4, "active": 8}}, "experts.active=8: there are only 4"),
    ],
)
def test_a_mixture_of_experts_has_them_and_no_other_model(
    changes: dict[str, Any], line: str
) -> None:
    (job,) = compose("train", ["model=qwen3-coder-30b-a3b"])
    model = job.config["model"]
    changed = {**model, "architecture": {**model["architecture"], **changes}}
    with pytest.raises(UserError) as caught:
        validate_run({**job.config, "model": changed})
    assert str(caught.value).startswith(f"model.architecture.{line}")


def test_a_missing_argument_of_a_target_is_named() -> None:
    with pytest.raises(UserError, match=r"^data\.path: missing"):
        check_target("data", {"_target_": "tarot.data.JsonlSource"})


def test_a_users_error_in_a_constructor_comes_through_as_it_is() -> None:
    with pytest.raises(UserError, match=r"^chooser\.share: 2 is above 1$"):
        build("chooser", node(share=2))


def test_built_arguments_are_plain_lists_and_dicts() -> None:
    outcome = build("x", {"_target_": "builtins.dict", "a": [1], "b": {"c": 2}})
    assert (type(outcome["a"]), type(outcome["b"])) == (list, dict)


@pytest.mark.parametrize(
    ("trainer", "line"),
    [
        ({"learning_rtae": 1}, "no such field; did you mean learning_rate?"),
        ({"learning_rate": "1e-6"}, 'trainer.learning_rate: "1e-6" should be float'),
        ({"max_steps": True}, "trainer.max_steps: true should be int"),
        ({"max_steps": 1.5}, "trainer.max_steps: 1.5 should be int"),
        ({"lr_scheduler_type": "constnat"}, "no choice; did you mean constant?"),
        ({"output_dir": "x"}, "set run_dir instead"),
        ({"num_generations": 8}, "set num_generations instead"),
        ({"max_prompt_length": 8}, "set max_prompt_tokens instead"),
        ({"vllm_enable_sleep_mode": True}, "set hardware.vllm.sleep instead"),
        ({"vllm_server_port": 8000}, "set trainer.vllm_server_base_url instead"),
        ({"warmup_ratio": 0.1}, "calls this field warmup_steps now"),
    ],
)
def test_a_trainer_field_that_is_not_the_users_to_set_so_is_an_error(
    trainer: dict[str, Any], line: str
) -> None:
    with pytest.raises(UserError, match=re.escape(line)):
        check_trainer(trainer)


def test_trainer_fields_of_the_right_type_pass() -> None:
    check_trainer({"learning_rate": 1e-6, "max_steps": 3, "save_total_limit": None, "beta": 0})


def test_accumulation_follows_from_the_batch() -> None:
    run = run_config("problems_per_step=6", "num_generations=4", "hardware.per_device_batch_size=8")
    assert plan_batches(run) == BatchPlan(24, 8, 3, passes_per_generation=3, iterations=1)


@pytest.mark.parametrize(
    ("problems", "advice"), [(5, "problems_per_step=4 or 6"), (1, "problems_per_step=2 would")]
)
def test_a_batch_that_does_not_divide_names_numbers_that_would(problems: int, advice: str) -> None:
    with pytest.raises(UserError, match=advice):
        run_config(
            f"problems_per_step={problems}", "num_generations=4", "hardware.per_device_batch_size=8"
        )


def test_generation_steps_that_split_a_group_are_an_error() -> None:
    overrides = ("problems_per_step=4", "num_generations=4", "hardware.per_device_batch_size=2")
    run_config(*overrides, "trainer.steps_per_generation=2")
    with pytest.raises(UserError, match=r"^trainer\.steps_per_generation=3 .* a multiple of 2"):
        run_config(*overrides, "trainer.steps_per_generation=3")


def test_completions_without_a_limit_are_an_error() -> None:
    with pytest.raises(UserError, match=r"^trainer\.max_completion_length=null: .* need a limit"):
        run_config("trainer.max_completion_length=null")


def test_gpus_that_do_not_add_up_are_an_error() -> None:
    check_split(HardwareConfig(**GPU8))
    with pytest.raises(UserError, match=r"^hardware\.gpus=8: .* uses 9$"):
        check_split(HardwareConfig(**{**GPU8, "processes": 8}))


def test_a_server_for_training_on_a_cpu_is_an_error() -> None:
    with pytest.raises(UserError, match=r"^hardware\.vllm\.mode=server: .* hardware\.device=cpu"):
        check_split(HardwareConfig(**{**GPU8, "device": "cpu", "sharding": None, "gpus": 1}))


def test_a_vllm_beside_training_has_no_gpus_of_its_own() -> None:
    beside = {"mode": "colocate", "gpus": 0, "tensor_parallel": 1, "gpu_memory_utilization": 0.3}
    check_split(HardwareConfig(**{**GPU8, "processes": 8, "vllm": beside}))
    with pytest.raises(UserError, match=r"^hardware\.vllm\.gpus=1: .*; set it to 0, or"):
        check_split(HardwareConfig(**{**GPU8, "processes": 8, "vllm": {**beside, "gpus": 1}}))


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"processes": 1, "gpus": 2}, "hardware.sharding=zero2: one process has none to share"),
        (
            {"sharding": "fsdp2", "device": "cpu", "gpus": 0, "vllm": None},
            "hardware.sharding=fsdp2: needs GPUs; set hardware.sharding=zero3",
        ),
    ],
)
def test_sharding_that_cannot_be_is_an_error(settings: dict[str, Any], line: str) -> None:
    with pytest.raises(UserError, match=re.escape(line)):
        check_split(HardwareConfig(**{**GPU8, **settings}))


def test_weights_in_parts_have_to_be_saved() -> None:
    sharded = ("hardware.processes=2", "problems_per_step=16", "hardware.sharding=zero3")
    run_config(*sharded)
    run_config(*sharded[:2], "hardware.sharding=zero2", "trainer.save_strategy=no")
    with pytest.raises(UserError, match=r"^trainer\.save_strategy=no: .*sharding=zero3"):
        run_config(*sharded, "trainer.save_strategy=no")


def test_hidden_gpus_do_not_count() -> None:
    assert visible_gpus({"CUDA_VISIBLE_DEVICES": ""}) == 0
    assert visible_gpus({"CUDA_VISIBLE_DEVICES": "-1"}) == 0


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Linux", "riscv64")])
def test_another_platform_is_named(system: str, machine: str) -> None:
    with pytest.raises(UserError, match=f"this is {system} {machine}"):
        check_platform(system, machine)
