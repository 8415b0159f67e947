"""A plain config against its types: the first thing that is wrong, as one line."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tarot.types import UserError

M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], config: Mapping[str, Any]) -> M:
    """The config as `model`; UserError names the full key of the first fault."""
    try:
        return model.model_validate_json(json.dumps(config))
    except ValidationError as error:
        raise UserError(_line(model, faults_of(error)[0])) from error


def suggestion(name: str, known: Sequence[str]) -> str:
    """`; did you mean X?` for the known name that is nearest, or what there is to choose from."""
    nearest = get_close_matches(name, known, n=1)
    if nearest:
        return f"; did you mean {nearest[0]}?"
    return f"; choose from {', '.join(sorted(known))}" if known else ""


def faults_of(error: ValidationError) -> list[ErrorDetails]:
    """What is wrong, unknown keys first: a misspelt key is both unknown and missing."""
    faults = error.errors(include_url=False, include_context=False)
    return sorted(faults, key=lambda fault: fault["type"] != "extra_forbidden")


def message_of(fault: ErrorDetails) -> str:
    """The value and what it should be."""
    return f"{json.dumps(fault['input'])} {fault['msg'].removeprefix('Input ')}"


def _line(model: type[BaseModel], fault: ErrorDetails) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{key}: no such key" + suggestion(str(fault["loc"][-1]), _siblings(model, fault))
    if fault["type"] == "missing":
        return f"{key}: missing; give it a value"
    return f"{key}: {message_of(fault)}"


def _siblings(model: type[BaseModel], fault: ErrorDetails) -> list[str]:
    """The keys that stand at the place of an unknown one."""
    for part in fault["loc"][:-1]:
        if isinstance(part, int):  # a place in a list of models
            continue
        annotation = model.model_fields[str(part)].annotation
        model = next(kind for kind in (annotation, *get_args(annotation)) if _is_model(kind))
    return list(model.model_fields)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
