"""A real model, the demo's, under other policies than the rule chooses: an illustration."""

from pathlib import Path

HERE = Path(__file__).parent
