"""The resolved config of `tarot compare`."""

from tarot.config.strict import Strict


class CompareConfig(Strict):
    """Run directories of two sides; None for `a` stands for b's runs before their training.

    `benchmarks` are compared besides the runs' own figures, and `out` is a file of JSON or CSV.
    """

    a: list[str] | str | None
    b: list[str] | str
    benchmarks: list[str] | str | None
    out: str | None


def as_list(value: list[str] | str | None) -> list[str]:
    """One or several as a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else value
