"""The starter set: families of tiny problems that a model of 135M parameters can begin to solve."""

from tarot.data.source import Split
from tarot.data.starter.generator import TRAINED, UNSEEN, starter_problems

__all__ = ["TRAINED", "UNSEEN", "Split", "starter_problems"]
