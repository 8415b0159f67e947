"""Checks of a generator's settings; each fault is one line with the full key."""

from tarot.generation.exchange import BudgetExceeded
from tarot.generation.interface import Interface
from tarot.types import UserError


def check_least(settings: object, **least: float) -> None:
    """UserError for a field that is less than it may be; None is no fault."""
    for name, bound in least.items():
        value = getattr(settings, name)
        if value is not None and value < bound:
            raise UserError(f"generator.{name}: {value} should be at least {bound}")


def interface_of(name: str) -> Interface:
    """The interface of this name; raises UserError."""
    try:
        return Interface(name)
    except ValueError:
        names = " or ".join(Interface)
        raise UserError(f"generator.interface: {name!r} should be {names}") from None


def exceeded(budget_usd: float | None, spent_usd: float, num_left: int) -> BudgetExceeded:
    """What to say when the budget does not cover the requests that are left."""
    return BudgetExceeded(
        f"generator.budget_usd: {spent_usd:.4f} of {budget_usd} USD are spent, and the rest does "
        f"not cover the worst case of {num_left} more requests; raise it and give the same command"
    )
