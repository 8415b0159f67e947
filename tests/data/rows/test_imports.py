"""Solutions get the imports that their data set's harness gave them."""

import pytest

from tarot.data.rows.imports import with_imports


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (
            "def f(a: List[int]): return deque(a)",
            ["from collections import deque", "from typing import List"],
        ),
        ("def f(a): return math.gcd(*a)", ["import math"]),
        ("def f(a): return bisect.bisect(a, inf)", ["import bisect", "from math import inf"]),
    ],
)
def test_what_is_used_and_not_bound_is_imported(source: str, lines: list[str]) -> None:
    assert with_imports(source) == "\n".join([*lines, "", "", source])


@pytest.mark.parametrize(
    "source",
    [
        "def f(a): return a + 1",
        "from math import *\nimport math\nfrom collections import deque as d\nmath.pi, d()",
        "def gcd(a, b): return gcd(b, a)",
        "class Counter: pass\nCounter()",
        "def f(string, *, re): return string, re",
        "for pi in (1, 2): print(pi)",
        "from __future__ import annotations\ndef f(a: List): return a",
        "print 'old'",
    ],
)
def test_a_source_that_needs_nothing_or_cannot_take_it_stays(source: str) -> None:
    assert with_imports(source) == source
