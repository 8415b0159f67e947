"""The tests of a suite in the forms that people keep them in.

A suite is a list of tests, each an object or a list of values; or an object of lists side by side;
or an object with such a suite for each tier; or the text of any of these, as JSON or as Python
prints it. Tests that are assertions are read in the shapes that have them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tarot.data.rows.calls import Function, call_test
from tarot.data.rows.columns import is_tier
from tarot.data.rows.literals import NotLiteral, call_of
from tarot.data.rows.paths import structured, value_at
from tarot.types import TestKind, UserError

COLUMNS = ("stdin", "expected", "tier", "kind", "checker")


@dataclass(frozen=True, slots=True)
class CaseReader:
    """Reads suites whose tests have their columns at `paths`, and tiers under `tiers`' labels.

    With a `function` inputs are the arguments of its calls, in a list or by name.
    """

    paths: Mapping[str, str]
    tiers: Mapping[str, str]
    function: Function | None = None

    def read(self, suite: object, place: str = "tests") -> list[dict[str, Any]]:
        """Its tests in our own schema; UserError that begins with the place in the row."""
        suite = structured(suite)
        if isinstance(suite, Mapping):
            return self._of_object(suite, place)
        if not isinstance(suite, list | tuple):
            raise UserError(f"{place}: {_shown(suite)}; a suite is a list of tests")
        return [self._case(test, f"{place}.{number}") for number, test in enumerate(suite)]

    def _of_object(self, suite: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
        labels = {label: self.tiers.get(label, label) for label in suite}
        if suite and all(map(is_tier, labels.values())):
            return [
                {**test, "tier": labels[label]}
                for label, inner in suite.items()
                for test in (() if inner is None else self.read(inner, f"{place}.{label}"))
            ]
        columns = {name: structured(self._value(suite, name)) for name in COLUMNS}
        if not isinstance(columns["expected"], list):
            return [self._case(suite, place)]
        lists = {name: column for name, column in columns.items() if isinstance(column, list)}
        if len({len(column) for column in lists.values()}) > 1:
            sizes = ", ".join(f"{len(column)} of {name}" for name, column in lists.items())
            raise UserError(f"{place}: lists side by side of different lengths: {sizes}")
        rows = [
            dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)
        ]
        return [self._written(row, f"{place}.{number}") for number, row in enumerate(rows)]

    def _case(self, test: object, place: str) -> dict[str, Any]:
        if not isinstance(structured(test), Mapping | list | tuple):
            raise UserError(
                f"{place}: {_shown(test)}; a test is an object, or a list of values. Assertions "
                "are read with data.columns.test_list, and the task with data.columns.text"
            )
        return self._written({name: self._value(test, name) for name in COLUMNS}, place)

    def _value(self, test: object, name: str) -> Any:
        return value_at(test, self.paths.get(name, name))

    def _written(self, values: Mapping[str, Any], place: str) -> dict[str, Any]:
        """A test in our own schema, without what it doesn't have."""
        self._check(values, place)
        tier = values.get("tier")
        further = {name: values[name] for name in ("kind", "checker") if values.get(name)}
        return {
            **further,
            "tier": self.tiers.get(str(tier), tier),
            **self._compared(values, place),
        }

    def _check(self, values: Mapping[str, Any], place: str) -> None:
        """Raise UserError for a missing value; an input that is named may be none at all."""
        for name in ("stdin", "expected"):
            path = self.paths.get(name)
            if values.get(name) is None and (path is None or name == "expected"):
                named = (
                    f"name its column by data.columns.{name}" if path is None else f"no {path!r}"
                )
                raise UserError(f"{place}.{name}: missing; {named}")

    def _compared(self, values: Mapping[str, Any], place: str) -> dict[str, Any]:
        if self.function is None:
            stdin = "" if values.get("stdin") is None else values["stdin"]
            return {
                "stdin": _text(stdin, f"{place}.stdin"),
                "expected": _text(values["expected"], f"{place}.expected"),
            }
        try:
            call = _call(self.function, structured(values.get("stdin")))
            test = call_test(call, values["expected"])
        except NotLiteral as error:
            raise UserError(f"{place}: {error}") from None
        return {"stdin": test.stdin, "expected": test.expected, "kind": TestKind.FUNCTION_CALL}


def _call(function: Function, arguments: object) -> str:
    name = f"Solution().{function.name}" if function.is_method else function.name
    match arguments:
        case Mapping():
            return call_of(name, (), {str(key): value for key, value in arguments.items()})
        case list() | tuple():
            return call_of(name, arguments)
        case None:
            return call_of(name, ())
    return call_of(name, (arguments,))


def _text(value: object, place: str) -> str:
    """What a program reads or writes: a text, a number, or a list of these as lines."""
    if isinstance(value, str):
        return value
    lines: Sequence[object] = value if isinstance(value, list | tuple) else (value,)
    if not all(isinstance(line, str | int | float) for line in lines):
        raise UserError(
            f"{place}: {_shown(value)}; give it as text, or name the function that it is for by "
            "data.columns.function"
        )
    return "\n".join(map(str, lines))


def _shown(value: object) -> str:
    text = repr(value)
    return f"{text[:40]}…" if len(text) > 40 else text
