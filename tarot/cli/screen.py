"""Standard output for tables."""

from rich.console import Console

_WIDTH_OF_FILES = 160


def screen() -> Console:
    """As wide as the terminal; a file or a pipe gets room enough that no figure is cut off."""
    console = Console()
    return console if console.is_terminal else Console(width=max(console.width, _WIDTH_OF_FILES))
