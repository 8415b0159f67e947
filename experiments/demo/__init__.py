"""The demo under three seeds, beside a control whose rewards are permuted inside each group."""

from pathlib import Path

HERE = Path(__file__).parent
