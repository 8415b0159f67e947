"""The four input shapes of the starter set, and their random values."""

from collections.abc import Sequence
from random import Random

from tarot.data.starter.line_family import Shape
from tarot.types import Tier

ORDINARY = 70
LARGE_LIST = 20_000
LARGE_TEXT_WORDS = 10_000
WORDS = (
    "apple", "brown", "cold", "dance", "eagle", "fuzzy", "green", "happy", "iron", "joke",
    "kiwi", "lemon", "magic", "night", "ocean", "piano", "quiet", "river", "storm", "table",
    "under", "violet", "water", "xylem", "young", "zebra", "all", "box", "cat", "elephant",
    "friend", "garden", "jump", "key", "moon", "number", "orange", "road",
)  # fmt: skip


def _draw_integer(tier: Tier, telling: Sequence[int], rng: Random) -> int:
    if tier is not Tier.COMPLEX:
        return rng.choice(telling)
    return rng.choice(telling) * rng.randrange(10**15, 10**17) + rng.choice((0, 1))


def _draw_pair(tier: Tier, telling: Sequence[tuple[int, int]], rng: Random) -> tuple[int, int]:
    first, second = rng.choice(telling)
    shift = rng.choice((-1, 1)) * rng.randrange(10**15, 10**18) if tier is Tier.COMPLEX else 0
    return first + shift, second + shift


def _draw_list(tier: Tier, telling: Sequence[int], rng: Random) -> list[int]:
    if tier is Tier.COMPLEX:
        pool = [rng.randrange(-(10**5), 10**5) for _ in range(200)]
        return rng.choices([*pool, *telling, *telling], k=LARGE_LIST)
    low = ORDINARY if tier is Tier.BASIC else -ORDINARY
    values = [*telling, *(rng.randrange(low, 100) for _ in range(rng.randrange(2, 5)))]
    if tier is Tier.INTERMEDIATE:
        values += rng.sample(values, 2)
    rng.shuffle(values)
    return values


def _draw_text(tier: Tier, telling: Sequence[str], rng: Random) -> str:
    if tier is Tier.COMPLEX:
        return " ".join(rng.choices([*WORDS, *telling], k=LARGE_TEXT_WORDS))
    words = [*telling, *rng.sample(WORDS, rng.randrange(2, 5))]
    rng.shuffle(words)
    return " ".join(words)


def _parse_pair(line: str) -> tuple[int, int]:
    first, second = line.split()
    return int(first), int(second)


def _spaced(values: Sequence[int]) -> str:
    return " ".join(map(str, values))


INTEGER = Shape(
    topic="integers",
    read="n = int(input())\n",
    openings=(
        "Read an integer n.",
        "The input is one integer n.",
        "You are given an integer n.",
        "An integer n is given on one line.",
        "Take one integer n from the input.",
    ),
    draw=_draw_integer,
    parse=int,
    dump=str,
    signature="Write a function solve(n) of an integer n.",
    names="n",
    arguments=repr,
)
PAIR = Shape(
    topic="pairs",
    read="a, b = map(int, input().split())\n",
    openings=(
        "Read two integers a and b from one line.",
        "The input is one line with two integers a and b.",
        "You are given two integers a and b on one line.",
        "Two integers a and b are given, separated by a space.",
        "Take two integers a and b from a single line.",
    ),
    draw=_draw_pair,
    parse=_parse_pair,
    dump=_spaced,
    signature="Write a function solve(a, b) of two integers a and b.",
    names="a, b",
    arguments=lambda pair: f"{pair[0]}, {pair[1]}",
)
LIST = Shape(
    topic="lists",
    read="a = list(map(int, input().split()))\n",
    openings=(
        "Read a line of integers. It may be empty.",
        "The input is one line of integers, maybe none.",
        "You are given integers on one line, which may be empty.",
        "One line holds zero or more integers.",
        "Take the integers from a single line, possibly empty.",
    ),
    draw=_draw_list,
    parse=lambda line: [int(word) for word in line.split()],
    dump=_spaced,
    signature="Write a function solve(a) of a list a of integers, which may be empty.",
    names="a",
    arguments=repr,
)
TEXT = Shape(
    topic="text",
    read="s = input()\n",
    openings=(
        "Read a line of text. It may be empty.",
        "The input is one line of text, maybe empty.",
        "You are given one line of text, which may be empty.",
        "One possibly empty line of text is given.",
        "Take a single line of text, possibly empty.",
    ),
    draw=_draw_text,
    parse=str,
    dump=str,
    signature="Write a function solve(s) of a text s, which may be empty.",
    names="s",
    arguments=repr,
)
