"""The cause of a failure, from what a process wrote to standard error."""

import re

# Indented lines continue others; interpreter and torch warn of what was left open after the cause.
_AFTERWORD = re.compile(r"\s|.*\b\w*Warning: |\[rank\d+\]:\[[WI]")


def last_words(stderr: str) -> str:
    """The last line, except for warnings while the process shuts down; empty if it said nothing."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    causes = (line for line in reversed(lines) if not _AFTERWORD.match(line))
    return next(causes, lines[-1] if lines else "")
