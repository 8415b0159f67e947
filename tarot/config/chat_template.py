"""What a tokenizer's chat template does with messages, found out by rendering it.

Templates come from strangers: they are rendered in Jinja's sandbox, as transformers does it.
"""

import json
import re
from datetime import datetime
from typing import Any

from jinja2.exceptions import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tarot.types import UserError

_SYSTEM, _USER = "Words of a system prompt.", "Words of a user."
# A tag of transformers, which marks what an assistant said and writes nothing.
_GENERATION = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")


def takes_system_role(template: str) -> bool:
    """Whether a system prompt of its own comes through the template, and is not refused.

    UserError, without the key, for a template that can't be rendered at all.
    """
    user = {"role": "user", "content": _USER}
    try:
        return _SYSTEM in _rendered(template, [{"role": "system", "content": _SYSTEM}, user])
    except (TemplateError, TypeError, ValueError):
        pass
    try:
        _rendered(template, [user])
    except (TemplateError, TypeError, ValueError) as error:
        raise UserError(f"its chat template can't be rendered ({error})") from error
    return False


def _rendered(template: str, messages: list[dict[str, str]]) -> str:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.filters["tojson"] = json.dumps
    environment.globals |= {"raise_exception": _refuse, "strftime_now": _now}
    compiled = environment.from_string(_GENERATION.sub("", template))
    tokens = {"bos_token": "", "eos_token": "", "pad_token": "", "unk_token": ""}
    return compiled.render(messages=messages, tools=None, add_generation_prompt=True, **tokens)


def _refuse(message: str) -> Any:
    raise TemplateError(message)


def _now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)
