"""Tasks such as contests set, a module a topic."""

from types import ModuleType

from tarot.data.starter.contest import (
    dynamic_programming,
    graphs,
    grids,
    mazes,
    networks,
    sorting,
    two_pointers,
)

MODULES: tuple[ModuleType, ...] = (
    sorting,
    two_pointers,
    dynamic_programming,
    graphs,
    networks,
    grids,
    mazes,
)
