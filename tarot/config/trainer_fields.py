"""The fields of TRL's GRPOConfig as a table, so that `trainer` is checked without importing TRL.

`.ci/write_trainer_fields.py` writes the table and a test holds it against the installed TRL. A
value that has the right type can still be refused by TRL itself, in the run's child.
"""

import dataclasses
import json
import types
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from tarot.config.validation import suggestion
from tarot.types import UserError

TABLE = Path(__file__).with_name("grpo_fields.json")

ELSEWHERE = {
    "bf16": "hardware.autocast",
    "activation_checkpointing": "hardware.gradient_checkpointing",
    "data_seed": "seed",
    "dataloader_pin_memory": "hardware.device",
    "deepspeed": "hardware.sharding",
    "disable_tqdm": "",
    "do_train": "",
    "fp16": "hardware.autocast",
    "fsdp": "hardware.sharding",
    "fsdp_config": "hardware.sharding",
    "generation_batch_size": "problems_per_step",
    "gradient_accumulation_steps": "problems_per_step",
    "gradient_checkpointing": "hardware.gradient_checkpointing",
    "hub_always_push": "hub.push",
    "hub_model_id": "hub.id",
    "hub_private_repo": "hub.private",
    "hub_revision": "hub.id",
    "hub_strategy": "hub.push",
    "hub_token": "the environment variable HF_TOKEN",
    "local_rank": "",
    "log_completions": "",
    "max_prompt_length": "max_prompt_tokens",
    "model_init_kwargs": "hardware.dtype",
    "multi_objective_aggregation": "reward.aggregate",
    "num_generations": "num_generations",
    "output_dir": "run_dir",
    "per_device_train_batch_size": "hardware.per_device_batch_size",
    "project": "tracker.project",
    "push_to_hub": "hub.push",
    "remove_unused_columns": "",
    "report_to": "tracker",
    "resume_from_checkpoint": "run_dir",
    "reward_weights": "reward.parts",
    "run_name": "name",
    "seed": "seed",
    "torch_dtype": "hardware.dtype",
    "trackio_bucket_id": "",
    "trackio_space_id": "the environment variable TRACKIO_SPACE_ID",
    "trackio_static_space_id": "",
    "use_cpu": "hardware.device",
    "use_vllm": "hardware.vllm",
    "vllm_enable_sleep_mode": "hardware.vllm.sleep",
    "vllm_gpu_memory_utilization": "hardware.vllm.gpu_memory_utilization",
    "vllm_mode": "hardware.vllm.mode",
    "vllm_server_host": "trainer.vllm_server_base_url",
    "vllm_server_port": "trainer.vllm_server_base_url",
    "vllm_tensor_parallel_size": "hardware.vllm.tensor_parallel",
}
RENAMED = {
    "evaluation_strategy": "eval_strategy",
    "vllm_max_model_len": "vllm_max_model_length",
    "warmup_ratio": "warmup_steps",
}

_KINDS: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "list": (list,),
    "dict": (dict,),
    "null": (type(None),),
}


def check_trainer(trainer: Mapping[str, Any]) -> None:
    """UserError unless every key is a field that is the user's to set, of the right type."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    for name, value in trainer.items():
        key = f"trainer.{name}"
        if name in ELSEWHERE:
            place = ELSEWHERE[name]
            advice = f"; set {place} instead" if place else "; leave it out"
            raise UserError(f"{key}: the framework sets this field of GRPOConfig{advice}")
        if name in RENAMED:
            raise UserError(f"{key}: GRPOConfig calls this field {RENAMED[name]} now")
        if name not in table:
            known = sorted(table.keys() - ELSEWHERE.keys())
            raise UserError(f"{key}: GRPOConfig has no such field" + suggestion(name, known))
        _check_value(key, value, table[name])


def default_of(name: str) -> Any:
    """What TRL has for a field that nobody sets."""
    return json.loads(TABLE.read_text(encoding="utf-8"))[name]["default"]


def describe(config_class: type) -> dict[str, dict[str, Any]]:
    """Type, choices and default of every field of the dataclass `config_class`."""
    hints = get_type_hints(config_class)
    fields = (field for field in dataclasses.fields(config_class) if field.init)
    return {field.name: _entry(hints[field.name], _default(field)) for field in fields}


def _check_value(key: str, value: object, entry: Mapping[str, Any]) -> None:
    kinds = entry["type"].split(" | ")
    is_bool = isinstance(value, bool)
    allowed = tuple(kind for name in kinds for kind in _KINDS[name])
    if not isinstance(value, allowed) or (is_bool and "bool" not in kinds):
        raise UserError(f"{key}: {json.dumps(value)} should be {' or '.join(kinds)}")
    choices = entry.get("choices")
    if choices and value is not None and value not in choices:
        raise UserError(f"{key}: {value} is no choice" + suggestion(str(value), choices))


def _entry(hint: Any, default: object) -> dict[str, Any]:
    members = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    kinds = {_kind(member) for member in members}
    entry: dict[str, Any] = {"type": " | ".join(name for name in _KINDS if name in kinds)}
    enums = [kind for kind in members if isinstance(kind, type) and issubclass(kind, Enum)]
    if enums:
        entry["choices"] = sorted(str(member.value) for kind in enums for member in kind)
    return {**entry, "default": default}


def _kind(member: Any) -> str:
    if member is type(None):
        return "null"
    if get_origin(member) is Literal:
        return type(get_args(member)[0]).__name__
    name = getattr(get_origin(member) or member, "__name__", "")
    return name if name in _KINDS else "str"


def _default(field: "dataclasses.Field[Any]") -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return None if field.default is dataclasses.MISSING else field.default
