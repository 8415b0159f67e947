"""Filling templates, whose values are escaped."""

import base64
import hashlib
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def render(package: str, template: str, **values: Any) -> str:
    """A page from a template of `package`, whose templates may build on those of this one."""
    return _environment(package).get_template(template).render(**values)


def _environment(package: str) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(__package__)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["source"] = lambda name: _source(environment, name)
    environment.filters["digest"] = _digest
    return environment


def _source(environment: Environment, name: str) -> Markup:
    """A file of the templates as it is."""
    assert environment.loader is not None
    return Markup(environment.loader.get_source(environment, name)[0])


def _digest(script: str) -> str:
    """By which a page's policy knows a script (W3C, Content Security Policy 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
