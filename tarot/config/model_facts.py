"""What `model=hub` leaves open, read from the model's own files before anything is planned.

The config.json has the shape, and the tokenizer's files the chat template, of which it is tried
whether it takes a system prompt. They lie in a folder or in the local cache, or are fetched from
the hub; no library that could load the model is asked. What is given by hand is not read.
"""

import json
from collections.abc import Mapping
from typing import Any

from tarot.config.chat_template import takes_system_role
from tarot.config.model_shape import check_kind, shape_of, uncounted
from tarot.config.model_source import CONFIG, HubUnreachable, file_of
from tarot.config.schema import ArchitectureConfig, Node
from tarot.types import UserError

_TOKENIZER, _TEMPLATE = "tokenizer_config.json", "chat_template.jinja"
_ROLE = "system_role"
_SHAPE = tuple(name for name, it in ArchitectureConfig.model_fields.items() if it.is_required())


def with_facts(config: Mapping[str, Any]) -> Node:
    """The config, in which a `model` of the hub or in a folder leaves nothing open.

    Raises:
        UserError: for files that can't be had, or that don't say what is needed.
    """
    model = config.get("model")
    if not isinstance(model, Mapping) or not _is_of_hub(model):
        return dict(config)
    completed = dict(model)
    try:
        if _open_in_shape(model):
            completed["architecture"] = _shape(model)
        if model.get(_ROLE) is None:
            completed[_ROLE] = _has_system_role(model)
    except HubUnreachable as error:
        shape = [f"model.architecture.{name}" for name in _open_in_shape(model)]
        role = [f"model.{_ROLE}"] if model.get(_ROLE) is None else []
        keys = ", ".join([*role, *shape])
        raise UserError(f"{error}; connect once, or give {keys} by hand") from error
    return {**config, "model": completed}


def _is_of_hub(model: Mapping[str, Any]) -> bool:
    """What is not even of these types is for the validation to refuse."""
    is_named = isinstance(model.get("id"), str) and isinstance(model.get("architecture"), Mapping)
    return model.get("source") == "hub" and is_named


def _open_in_shape(model: Mapping[str, Any]) -> list[str]:
    return [name for name in _SHAPE if model["architecture"].get(name) is None]


def _shape(model: Mapping[str, Any]) -> Node:
    name = model["id"]
    config = _read(model, CONFIG)
    if config is None:
        raise UserError(f"model.id={name}: no folder or repository with a {CONFIG}")
    try:
        check_kind(config)
    except UserError as error:
        raise UserError(f"model.id={name}: {error}") from error
    given = {key: value for key, value in model["architecture"].items() if value is not None}
    shape = {**shape_of(config), **given}
    missing = [key for key in _SHAPE if shape[key] is None]
    if missing:
        why = uncounted(config) if missing == ["parameters"] else None
        keys = " ".join(f"model.architecture.{key}=…" for key in missing)
        cause = f"which has {why}" if why else f"of family {shape['family']}"
        raise UserError(f"model.id={name}: its {CONFIG}, {cause}, does not tell; give {keys}")
    return shape


def _has_system_role(model: Mapping[str, Any]) -> bool:
    template = _chat_template(model)
    name = model["id"]
    if template is None:
        raise UserError(
            f"model.id={name}: its tokenizer has no chat template; give the model that was made "
            f"of it to follow instructions, or a folder of it with a {_TEMPLATE}"
        )
    try:
        return takes_system_role(template)
    except UserError as error:
        raise UserError(f"model.id={name}: {error}; give model.{_ROLE}=true or false") from error


def _chat_template(model: Mapping[str, Any]) -> str | None:
    """As transformers takes it: of several, the one that is named default."""
    found = (_read(model, _TOKENIZER) or {}).get("chat_template")
    if isinstance(found, list):
        found = {one["name"]: one["template"] for one in found}.get("default")
    if found is not None:
        return str(found)
    path = file_of(model["id"], model.get("revision"), _TEMPLATE)
    return None if path is None else path.read_text(encoding="utf-8")


def _read(model: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    path = file_of(model["id"], model.get("revision"), name)
    if path is None:
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"model.id={model['id']}: its {name} is no JSON ({error})") from error
    return dict(content)
