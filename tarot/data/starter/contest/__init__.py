"""Tasks such as contests set, a module a topic."""

from types import ModuleType

MODULES: tuple[ModuleType, ...] = ()
