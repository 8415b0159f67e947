"""A batch of completions as a training step has it, made of right answers of several kinds.

Each group answers one problem: the largest sum of the numbers in one residue class of 97. Its
tests hold 30 to 2430 numbers. Programs are light, import numpy, or never end. Shares are met to
the nearest whole number; which programs are which, and which are repeated, is drawn.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, cycle, islice, pairwise
from random import Random

from tarot.config.benches import BenchBatchConfig
from tarot.types import Problem, Program, TestCase, Tier, UserError

_NUM_CLASSES = 97
_SIZES = (30, 90, 270, 810, 2430)  # of the tests of the four tiers, and of one without a tier
_LIGHT = """\
import sys
from collections import defaultdict

def solve(numbers):
    sums = defaultdict(int)
    for number in numbers:
        sums[number % 97] += number
    return max(sums.values())

count, *numbers = map(int, sys.stdin.read().split())
print(solve(numbers[:count]))
"""
_NUMPY = """\
import sys
import numpy as np

count, *numbers = map(int, sys.stdin.read().split())
numbers = np.array(numbers[:count])
sums = np.bincount(numbers % 97, weights=numbers)
print(int(sums.max()))
"""
_ENDLESS = {
    "spinning": "while True:\n    pass\n",
    "sleeping": "import time\ntime.sleep(1e6)\n",
}
_THOUGHT = "The sums are kept by residue; each number is added to the sum of its class. " * 20


class Sort(StrEnum):
    """What a program does."""

    LIGHT = "light"
    NUMPY = "numpy"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer to a problem, and the program that is in it; `number` tells programs apart."""

    problem: Problem
    text: str
    program: Program
    sort: Sort
    number: int


def make_batch(config: BenchBatchConfig) -> list[Completion]:
    """The completions, group by group; raises UserError where groups cannot repeat as often."""
    num_completions = config.num_groups * config.group_size
    num_copies = round(num_completions * config.duplicate_share)
    if num_copies > num_completions - config.num_groups:
        raise UserError(
            f"batch.duplicate_share: {config.duplicate_share}: in groups of {config.group_size} "
            f"at most {1 - 1 / config.group_size:.2f} can be repeated"
        )
    random = Random(config.seed)
    originals = _originals(config, num_completions - num_copies, random)
    copies = _split(num_copies, config.num_groups)
    return list(
        chain.from_iterable(
            _group(config, group, originals, num_copies, random)
            for group, num_copies in enumerate(copies)
        )
    )


def light_problems(num_problems: int, num_tests: int, seed: int) -> list[Problem]:
    """Problems with references of their own, which differ in a comment alone."""
    random = Random(seed)
    return [
        replace(
            _problem(f"bench-{number}", num_tests, random),
            reference=f"{_LIGHT}# reference {number}",
        )
        for number in range(num_problems)
    ]


def largest_sum(numbers: list[int]) -> int:
    """The right answer for a test."""
    sums: dict[int, int] = defaultdict(int)
    for number in numbers:
        sums[number % _NUM_CLASSES] += number
    return max(sums.values())


def _originals(
    config: BenchBatchConfig, num_programs: int, random: Random
) -> Iterator[tuple[int, Sort, Program]]:
    """Distinct programs, as many as there are, each sort in its share."""
    num_numpy = round(num_programs * config.numpy_share)
    num_timeouts = round(num_programs * config.timeout_share)
    num_light = num_programs - num_numpy - num_timeouts
    if num_light < 0:
        raise UserError("batch.timeout_share: with batch.numpy_share it is more than 1")
    sorts = num_numpy * [Sort.NUMPY] + num_timeouts * [Sort.TIMEOUT] + num_light * [Sort.LIGHT]
    random.shuffle(sorts)
    sources = {
        Sort.LIGHT: _LIGHT,
        Sort.NUMPY: _NUMPY,
        Sort.TIMEOUT: _LIGHT + _ENDLESS[config.timeout_kind],
    }
    for number, sort in enumerate(sorts):
        yield number, sort, Program(f"{sources[sort]}# attempt {number}")


def _group(
    config: BenchBatchConfig,
    group: int,
    originals: Iterator[tuple[int, Sort, Program]],
    num_copies: int,
    random: Random,
) -> list[Completion]:
    problem = _problem(f"bench-{group}", config.num_tests, random)
    own = list(islice(originals, config.group_size - num_copies))
    answers = own + random.choices(own, k=num_copies)
    return [
        Completion(problem, _text(program), program, sort, number)
        for number, sort, program in answers
    ]


def _problem(name: str, num_tests: int, random: Random) -> Problem:
    kinds = islice(cycle(zip(_SIZES, (*Tier, None), strict=True)), num_tests)
    tests = tuple(_test(size, tier, random) for size, tier in kinds)
    return Problem(name, "Print the largest sum of the numbers in one residue class of 97.", tests)


def _test(size: int, tier: Tier | None, random: Random) -> TestCase:
    numbers = [random.randrange(1_000_000) for _ in range(size)]
    return TestCase(f"{size}\n{' '.join(map(str, numbers))}\n", f"{largest_sum(numbers)}\n", tier)


def _text(program: Program) -> str:
    answer = f"```python\n{program.source}\n```"
    return f"<think>\n{_THOUGHT}\n</think>\n<answer>\n{answer}\n</answer>"


def _split(total: int, num_parts: int) -> list[int]:
    """`total` in parts that differ by one at most."""
    ends = [part * total // num_parts for part in range(num_parts + 1)]
    return [end - start for start, end in pairwise(ends)]
