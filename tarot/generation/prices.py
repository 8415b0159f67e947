"""What requests cost: prices by model, a bound before sending and the sum after."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import ceil

from tarot.generation.exchange import Request, Usage
from tarot.types import UserError

_KEY = "generator.prices"
_MILLION = 1_000_000
# What a service puts round the texts of a request, such as the roles of messages.
_FRAME_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Price:
    """USD for a million tokens; those of reasoning count as output."""

    input: float
    cached_input: float
    output: float

    def cost_usd(self, usage: Usage) -> float:
        """What an answer cost."""
        fresh = usage.input_tokens - usage.cached_input_tokens
        inputs = fresh * self.input + usage.cached_input_tokens * self.cached_input
        return (inputs + usage.output_tokens * self.output) / _MILLION

    def worst_usd(self, input_tokens: int, output_tokens: int) -> float:
        """The same with nothing cached."""
        inputs = input_tokens * max(self.input, self.cached_input)
        return (inputs + output_tokens * self.output) / _MILLION


class Prices:
    """The prices of all models, times `factor`, and how many tokens a text is taken for."""

    def __init__(
        self,
        by_model: Mapping[str, Mapping[str, float]],
        factor: float = 1.0,
        bytes_per_token: float = 2.0,
    ) -> None:
        """Raises UserError for prices that are none."""
        if factor <= 0:
            raise UserError(f"generator.price_factor: {factor} should be above 0")
        if bytes_per_token < 1:
            raise UserError(f"generator.bytes_per_token: {bytes_per_token} should be at least 1")
        self._bytes_per_token = bytes_per_token
        self._prices = {model: _price(model, row, factor) for model, row in by_model.items()}

    def of(self, model: str) -> Price:
        """The price of a model; UserError where there is none."""
        if model not in self._prices:
            raise UserError(
                f"{_KEY}: no price for {model!r}; add +{_KEY}.{model}="
                "'{input: …, cached_input: …, output: …}' in USD for a million tokens, "
                f"or use one of {', '.join(sorted(self._prices))}"
            )
        return self._prices[model]

    def input_tokens(self, text: str) -> int:
        """An upper bound for the tokens of a request's body, which takes no tokenizer.

        No token of a byte-level vocabulary is shorter than a byte, and English, code and numbers
        take 3 to 4 bytes a token in OpenAI's vocabularies. With 2 bytes a token the bound has room
        for anything but text of rare characters alone, with 1 it holds for every text.
        """
        return ceil(len(text.encode()) / self._bytes_per_token) + _FRAME_TOKENS

    def worst_usd(self, request: Request, input_tokens: int) -> float:
        """The most that a request can cost: all of its output, and nothing cached."""
        return self.of(request.model).worst_usd(input_tokens, request.max_output_tokens)


def _price(model: str, row: Mapping[str, float], factor: float) -> Price:
    names = [field.name for field in fields(Price)]
    if set(row) != set(names):
        raise UserError(f"{_KEY}.{model}: has {sorted(row)}, should have {', '.join(names)}")
    for name in names:
        if row[name] < 0:
            raise UserError(f"{_KEY}.{model}.{name}: {row[name]} should be at least 0")
    return Price(**{name: row[name] * factor for name in names})
