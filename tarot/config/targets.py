"""Nodes with `_target_`: checked against the signature of what they name, then built.

A type is checked where the signature declares one; an argument that holds further nodes is
checked through these nodes alone.
"""

import importlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from tarot.config.validation import faults_of, message_of, suggestion
from tarot.types import UserError

HYDRA_KEYS = ("_target_", "_partial_", "_convert_", "_recursive_")


def check_target(key: str, node: Mapping[str, Any]) -> None:
    """UserError with the full key unless `node` holds arguments that its target takes."""
    if "_target_" not in node:
        raise UserError(f"{key}._target_: missing; name the class to build")
    target = _locate(f"{key}._target_", node["_target_"])
    parameters = inspect.signature(target, eval_str=True).parameters
    arguments = {name: value for name, value in node.items() if name not in HYDRA_KEYS}
    _check_names(key, target, arguments, parameters.values())
    if not node.get("_partial_"):
        _check_presence(key, arguments, parameters.values())
    for name, value in arguments.items():
        if _holds_target(value):
            _check_within(f"{key}.{name}", value)
        elif name in parameters and parameters[name].annotation is not inspect.Parameter.empty:
            _check_type(f"{key}.{name}", value, parameters[name].annotation)


def target_of(key: str, node: Mapping[str, Any]) -> Callable[..., Any]:
    """The class that `node` names; raises UserError."""
    return _locate(f"{key}._target_", node["_target_"])


def check_environment(key: str, node: Mapping[str, Any]) -> None:
    """UserError where the class that `node` names misses a variable of the environment."""
    check = getattr(target_of(key, node), "check_environment", None)
    if check is not None:
        check(node)


def build(key: str, node: Mapping[str, Any]) -> Any:
    """The object that `node` describes; a UserError of its constructor comes through as it is."""
    try:
        return instantiate(dict(node), _convert_="all")
    except InstantiationException as error:
        cause = error.__cause__
        if isinstance(cause, UserError):
            raise cause from error
        raise UserError(f"{key}: {str(cause or error).splitlines()[0]}") from error


def _locate(key: str, path: object) -> Callable[..., Any]:
    module_name, _, name = str(path).rpartition(".")
    try:
        target: Callable[..., Any] = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(f"{key}: cannot import {path!r}: {error}{_remedy(path, error)}") from error
    if not callable(target):
        raise UserError(f"{key}: {path!r} cannot be called; name a class")
    return target


def _remedy(path: object, error: Exception) -> str:
    """What to install, where the class is there and a package that it needs is not."""
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing is None or str(path).startswith(missing.partition(".")[0]):
        return ""
    return f"; install {missing}"


def _check_names(
    key: str,
    target: Callable[..., Any],
    arguments: Mapping[str, Any],
    parameters: Iterable[inspect.Parameter],
) -> None:
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return
    names = [parameter.name for parameter in parameters]
    for name in arguments:
        if name not in names:
            owner = getattr(target, "__name__", repr(target))
            raise UserError(f"{key}.{name}: {owner} has no such key" + suggestion(name, names))


def _check_presence(
    key: str, arguments: Mapping[str, Any], parameters: Iterable[inspect.Parameter]
) -> None:
    for parameter in parameters:
        is_single = parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        is_required = is_single and parameter.default is parameter.empty
        if is_required and parameter.name not in arguments:
            raise UserError(f"{key}.{parameter.name}: missing; give it a value")


def _holds_target(value: object) -> bool:
    if isinstance(value, Mapping):
        return "_target_" in value or any(_holds_target(item) for item in value.values())
    return isinstance(value, list) and any(_holds_target(item) for item in value)


def _check_within(key: str, value: Any) -> None:
    if isinstance(value, Mapping) and "_target_" in value:
        check_target(key, value)
        return
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    for name, item in items:
        if _holds_target(item):
            _check_within(f"{key}.{name}", item)


def _check_type(key: str, value: object, hint: Any) -> None:
    """Types are taken strictly, but lists may stand for tuples and strings for enum members.

    Pydantic cannot check for a Protocol, which only a node with `_target_` can satisfy.
    """
    text = json.dumps(value)
    try:
        _adapter(hint).validate_json(text, strict=True)
    except ValidationError as error:
        fault = faults_of(error)[0]
        path = _path_within(value, fault["loc"])
        raise UserError(f"{'.'.join((key, *path))}: {message_of(fault)}") from error
    except SchemaError as error:
        if value not in (None, {}, []):
            raise UserError(f"{key}: {text} should be a node with _target_") from error


def _adapter(hint: Any) -> TypeAdapter[Any]:
    """Pydantic refuses a config for the kinds of types that carry their own."""
    try:
        return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError:
        return TypeAdapter(hint)


def _path_within(value: Any, location: Iterable[str | int]) -> list[str]:
    """The keys of a fault's location, without pydantic's tags for the members of a union."""
    path: list[str] = []
    for part in location:
        is_key = isinstance(value, Mapping) and part in value
        if is_key or (isinstance(value, list) and isinstance(part, int)):
            value = value[part]
            path.append(str(part))
    return path
