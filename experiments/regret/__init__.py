"""How much worse than the alternatives the rule of `curriculum=adaptive` chooses."""

from pathlib import Path

HERE = Path(__file__).parent
