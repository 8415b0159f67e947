"""The published recipes to the letter, and what `+experiment=paper/main` corrects of them."""

from pathlib import Path

HERE = Path(__file__).parent
