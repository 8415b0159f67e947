"""How the processes of a training divide what an account may have at once."""


def sandboxes_each(most: int, processes: int) -> int:
    """How many of an account's sandboxes one process takes: an even share, and never none."""
    return max(1, most // processes)
