"""The paper's tables and figures, from run directories and their scores."""

from pathlib import Path

HERE = Path(__file__).parent
