"""Evalchemy's tasks, each run by a process of its own, in an environment of its own."""

from tarot.evaluation.evalchemy.task import EvalchemyTask

__all__ = ["EvalchemyTask"]
