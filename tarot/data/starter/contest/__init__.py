"""Tasks such as contests set, a module a topic."""

from types import ModuleType

from tarot.data.starter.contest import (
    dynamic_programming,
    graphs,
    greedy,
    grids,
    mazes,
    networks,
    number_theory,
    sorting,
    two_pointers,
)

MODULES: tuple[ModuleType, ...] = (
    number_theory,
    sorting,
    two_pointers,
    greedy,
    dynamic_programming,
    graphs,
    networks,
    grids,
    mazes,
)
