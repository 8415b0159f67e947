"""Contest families on divisors, residues and powers."""

from math import gcd, lcm
from random import Random

from tarot.data.starter.contest.family import ContestFamily, lines
from tarot.data.starter.family import Mistake, each
from tarot.types import Tier

_ABOVE_BASIC = set(Tier) - {Tier.BASIC}


def _nth_free(text: str, a: int, b: int, c: int) -> str:
    period = lcm(a, b, c)
    free = [x for x in range(1, period + 1) if x % a and x % b and x % c]
    turns = [divmod(int(n) - 1, len(free)) for n in text.split()[1:]]
    return "\n".join(str(turn * period + free[place]) for turn, place in turns)


def _draw_positions(tier: Tier, rng: Random, a: int, b: int, c: int) -> str:
    low, high = {Tier.BASIC: (2, 40), Tier.INTERMEDIATE: (7000, 9000)}.get(tier, (10**17, 10**18))
    numbers = [rng.randint(low, high) for _ in range(800 if tier is Tier.COMPLEX else 4)]
    return lines(len(numbers) + 2, *numbers, 1, numbers[0])


_NTH_FREE = """
from math import lcm
AB, AC, BC, ABC = lcm(A, B), lcm(A, C), lcm(B, C), lcm(A, B, C)
for _ in range(int(input())):
    n = int(input())
    low, high = 1, 2 * n
    while low < high:
        x = (low + high) // 2
        count = x - x // A - x // B - x // C + x // AB + x // AC + x // BC - x // ABC
        if count < n:
            low = x + 1
        else:
            high = x
    print(low)
"""
_NTH_FREE_COUNTED = """
import itertools
for _ in range(int(input())):
    free = (x for x in itertools.count(1) if x % A and x % B and x % C)
    print(next(itertools.islice(free, int(input()) - 1, None)))
"""
_NTH_FREE_OF_THREE_DIVISORS = ContestFamily(
    name="nth_free_of_three_divisors",
    topic="number theory",
    parameters=each(a=(4, 6, 10, 14), b=(22, 26, 34), c=(9, 15, 21, 25)),
    statements=(
        "Call a positive integer free if none of {a}, {b} and {c} divides it. In ascending order, "
        "free integers have positions 1, 2, 3 and so on. Line one is q (1 <= q <= 1000), then q "
        "lines hold a position n each, at most 10^18. Print the free integer at each of them.",
        "A lottery prints tickets numbered from 1 upwards but skips multiples of {a}, of {b} or of "
        "{c}. First comes how many customers there are, 1 to 1000; then, one a line, which ticket "
        "in order of printing each one got (from 1 to 10^18). Output the customers' numbers.",
        "Strike all multiples of {a}, all multiples of {b} and all multiples of {c} from the "
        "natural numbers 1, 2, 3, ... What is the n-th number left?\nInput: q <= 1000, the number "
        "of queries, then q lines with an n each, 1 <= n <= 10^18.\nOutput: q lines of answers.",
        "Read a count (1 to 1000) and then, each on its own line, as many integers n in 1 to "
        "10^18. For every n write the smallest x such that exactly n of the values from 1 to x "
        "leave a remainder other than 0 on division by {a}, by {b} and by {c}, all three.",
        "Along an endless road a painter paints house 1, 2, 3 and so on, but passes over numbers "
        "that can be divided evenly by at least one of {a}, {b}, {c}. After the count of questions "
        "(at most 1000) each line asks which house is painted n-th, 0 < n <= 10^18. Answer all.",
    ),
    reference=_NTH_FREE,
    mistakes=(
        Mistake("counts one by one", _NTH_FREE_COUNTED, {Tier.COMPLEX}),
        Mistake("forgets common multiples", _NTH_FREE.replace(" - x // ABC", ""), _ABOVE_BASIC),
    ),
    solve=_nth_free,
    draw=_draw_positions,
    edges=lambda a, b, c: [lines(2, 2 * lcm(a, b, c), 1), lines(1, 1), lines(3, a - 1, a, b)],
)


def _count_pairs(text: str, k: int) -> int:
    earlier = {d: 0 for d in range(1, k + 1) if k % d == 0}
    pairs = 0
    for value in map(int, text.split()[1:]):
        pairs += earlier[k // gcd(value, k)]
        earlier = {d: count + (value % d == 0) for d, count in earlier.items()}
    return pairs


def _coprime_factors(k: int) -> list[int]:
    return [d for d in range(2, k) if k % d == 0 and gcd(d, k // d) == 1]


def _draw_values(tier: Tier, rng: Random, k: int) -> str:
    d = rng.choice(_coprime_factors(k))
    e = k // d
    values = [d, e, *rng.choices([d, e, 1, d + k, e + 2 * k, k + 1, 2 * k - 1], k=6)]
    if tier is Tier.INTERMEDIATE:
        values += [0, -k, -d, *rng.choices([0, k, -1, d - k, e - k, 6], k=rng.randint(3, 8))]
    if tier is Tier.COMPLEX:
        values += [0, *(rng.randint(-999, 9999) for _ in range(41_000))]
    rng.shuffle(values)
    return lines(len(values), values)


_PAIRS = """
import sys
from collections import Counter
from math import gcd
classes = sorted(Counter(gcd(int(x), K) for x in sys.stdin.read().split()[1:]).items())
pairs = 0
for i, (one, count) in enumerate(classes):
    if one * one % K == 0:
        pairs += count * (count - 1) // 2
    pairs += sum(count * more for other, more in classes[:i] if one * other % K == 0)
print(pairs)
"""
_PAIRS_TRIED = """
values = list(map(int, open(0).read().split()[1:]))
print(sum(a * b % K == 0 for i, a in enumerate(values) for b in values[:i]))
"""
_PAIRS_WITH_PRODUCT_MULTIPLE = ContestFamily(
    name="pairs_with_product_multiple",
    topic="number theory",
    parameters=each(k=[k for k in range(6, 80) if _coprime_factors(k)]),
    statements=(
        "You are given n integers (0 <= n <= 50000) between -10000 and 10000. Count the positions "
        "i < j for which the product of the i-th and the j-th integer is divisible by {k}, as zero "
        "always is. Line one has n; line two has the integers and is empty if n is 0.",
        "In how many ways can two cards be picked so that their numbers multiply to a multiple of "
        "{k}, which 0 is too? Equal cards are still different ones; order is of no account. The "
        "deck's size, 0 to 50000, comes first, then a line of its numbers, from -10000 to 10000.",
        "Two elements at different places of a list match when their product leaves no remainder "
        "on division by {k}. Read the list's length, 0 up to 50000, then on the next line its "
        "elements, some perhaps negative (at most 10000 in size). Print how many pairs match.",
        "A frame of two rods is sound if {k} divides one rod's number times the other's. The "
        "numbers are whole, some zero or below, with absolute values within 10000. Given how many "
        "rods there are, 0 to 50000, and all their numbers on one line, count the sound frames.",
        "Input:\n- first, the number of values, from 0 to 50000\n- second line, empty if that is "
        "0: the values, integers with |v| <= 10000\nOutput: how many unordered pairs taken from "
        "two different positions have a product p with p mod {k} = 0.",
    ),
    reference=_PAIRS,
    mistakes=(
        Mistake("tries all pairs", _PAIRS_TRIED, {Tier.COMPLEX}),
        Mistake("pairs one with itself", _PAIRS.replace("t - 1", "t + 1"), _ABOVE_BASIC),
    ),
    solve=_count_pairs,
    draw=_draw_values,
    edges=lambda k: [lines(1, [0]), lines(0, []), lines(2, [k, -1]), lines(5, [0] * 5)],
)


def _gcd_without_block(text: str, k: int) -> int:
    n, *ring = map(int, text.split())
    span, size = n - k, 1
    if span <= 0:
        return 0
    ring += ring
    while 2 * size <= span:
        ring = [gcd(one, other) for one, other in zip(ring, ring[size:], strict=False)]
        size *= 2
    return max(gcd(ring[i], ring[i + span - size]) for i in range(k, n + 1))


def _draw_blocks(tier: Tier, rng: Random, k: int) -> str:
    large = tier is Tier.COMPLEX
    n = rng.randint(30_000, 31_000) if large else k + rng.randint(3, 9)
    common = rng.randint(11, 60)
    values = [common * rng.randint(1, 9999 if large else 9) for _ in range(n)]
    start = n - k if tier is Tier.INTERMEDIATE else rng.randint(1, n - k - 1)
    for place in (start, start + k - 1):
        values[place] = common * rng.randint(1, 9) + 1
    return lines(n, values)


_BLOCKS = """
import sys
from itertools import accumulate
from math import gcd
n, *values = map(int, sys.stdin.read().split())
left = list(accumulate(values, gcd, initial=0))
right = list(accumulate(reversed(values), gcd, initial=0))
print(max((gcd(left[i], right[n - K - i]) for i in range(n - K + 1)), default=0))
"""
_BLOCKS_TRIED = """
import functools, math, sys
n, *values = map(int, sys.stdin.read().split())
rests = (values[:i] + values[i + K:] for i in range(n - K + 1))
print(max((functools.reduce(math.gcd, rest, 0) for rest in rests), default=0))
"""
_GCD_WITHOUT_A_BLOCK = ContestFamily(
    name="gcd_without_a_block",
    topic="number theory",
    parameters=each(k=range(2, 44)),
    statements=(
        "Remove exactly {k} neighbouring numbers from a row of n positive integers so that the "
        "greatest common divisor of those that stay is as large as possible, and print it, or 0 if "
        "n is at most {k}. Line one is n (0 <= n <= 40000), line two the row, values up to 10^6.",
        "A smith must cut one piece of {k} consecutive links, no more, no fewer, from a chain. He "
        "wants the largest g that divides the weight of every link left. Given how many links it "
        "has, 0 to 40000, and below all weights (1 to 1000000), find g: 0 for up to {k} links.",
        "Input: n, then a_1 ... a_n on a second line, 1 <= a_i <= 10^6, 0 <= n <= 40000.\nFor "
        "every window of length {k}, take the gcd of all elements outside it. Output the maximum. "
        "The gcd of no elements is 0, which is also the answer when no window fits.",
        "What is the best common factor of a list once a block has been dropped? The block is {k} "
        "elements in a row, at either end too. You read the length (40000 or less, maybe 0), then "
        "one line of elements, positive and below 1000001. Lists no longer than the block give 0.",
        "Sensors report positive integers up to a million. A fault spoils some {k} successive "
        "reports, which are then deleted. Determine the highest possible gcd of the others. First "
        "comes the number of reports (0 to 40000), below it all of them; for up to {k} write 0.",
    ),
    reference=_BLOCKS,
    mistakes=(
        Mistake("goes through all that stays", _BLOCKS_TRIED, {Tier.COMPLEX}),
        Mistake("forgets the end", _BLOCKS.replace("K + 1", "K"), {Tier.INTERMEDIATE}),
        Mistake("takes a block to fit", _BLOCKS.replace(", default=0", ""), {Tier.EDGE}),
    ),
    solve=_gcd_without_block,
    draw=_draw_blocks,
    edges=lambda k: [lines(n, [6] * n) for n in (k - 1, 0, k, k + 1, 99)],
)


def _power_of_power(text: str, m: int) -> str:
    triples = (map(int, line.split()) for line in text.splitlines()[1:])
    return "\n".join(str(_power(a % m, b, c, m)) for a, b, c in triples)


def _power(a: int, b: int, c: int, m: int) -> int:
    table = [pow(x, b, m) for x in range(m)]
    while c:
        a, c = table[a] if c % 2 else a, c // 2
        table = [table[x] for x in table]
    return a


def _draw_triples(tier: Tier, rng: Random, m: int) -> str:
    units = [a for a in range(2, 3 * m) if gcd(a, m) == 1]
    triples = [[rng.choice(units), rng.randint(2, 9), rng.randint(3, 5)] for _ in range(4)]
    if tier is not Tier.BASIC:
        phi = len({x % m for x in units})
        triples += [[m, 4 * phi, rng.randint(2, 5)], [rng.randint(2, m), 6, 4], [m + 1, 1, 0]]
    if tier is Tier.COMPLEX:
        triples += [[rng.randint(10**8, 10**9) for _ in "abc"] for _ in range(900)]
    rng.shuffle(triples)
    return lines(len(triples), *triples)


_POWERS = """
import math
PHI = sum(math.gcd(x, M) == 1 for x in range(M))
for _ in range(int(input())):
    a, b, c = map(int, input().split())
    exponent = b ** min(c, 6)
    if exponent >= M:
        exponent = pow(b, c, PHI) + PHI
    print(pow(a, exponent, M))
"""
_POWERS_WRITTEN_OUT = """
for _ in range(int(input())):
    a, b, c = map(int, input().split())
    print(pow(a, b ** c, M))
"""
_POWER_OF_A_POWER = ContestFamily(
    name="power_of_a_power",
    topic="number theory",
    parameters=each(m=range(10, 60)),
    statements=(
        "For every query a b c print the remainder of a^(b^c) on division by {m}; here ^ is "
        "exponentiation, and 0^0 is 1. The number of queries, from 1 to 1000, stands on line one; "
        "each query has a line of three integers from 0 to 10^9 with spaces between.",
        "A culture has a to the power of e cells, where e itself is b to the power of c. How many "
        "stay over when it is shared out to {m} dishes evenly? Read t <= 1000, then t lines of a, "
        "b and c (0 up to a billion), and answer each. Zero to the power of zero counts as one.",
        "Compute towers of three floors modulo {m}.\nInput: n (1 <= n <= 1000), after that n rows "
        "of three non-negative integers x, y, z <= 10^9.\nOutput: n rows with x ** (y ** z) "
        "reduced to the range 0 to {m} - 1. As in Python, 0 ** 0 equals 1.",
        "Given whole numbers p, q, r of at least 0 and at most a billion, raise q to the r-th "
        "power, then p to the resulting exponent, and write what this leaves modulo {m}. The first "
        "line tells how many such triples follow, 1 to 1000. Anything with exponent 0 is 1.",
        "A clock has the hours 0 to {m} - 1. Where does its hand stop if it starts at 0 and moves "
        "on by base^(root^height) hours? First comes a count of clocks (not over 1000), then a "
        "line each of base, root and height, integers in 0..10^9. 0^0 means 1.",
    ),
    reference=_POWERS,
    mistakes=(
        Mistake("writes the exponent out", _POWERS_WRITTEN_OUT, {Tier.COMPLEX}),
        Mistake(
            "takes every base for coprime to the modulus",
            _POWERS.replace(") + PHI", ")"),
            {Tier.INTERMEDIATE, Tier.COMPLEX},
        ),
        Mistake("adds to small exponents", _POWERS.replace("exponent >= M", "True"), {Tier.EDGE}),
    ),
    solve=_power_of_power,
    draw=_draw_triples,
    edges=lambda m: [lines(2, [m, 0, 5], [1, 0, 2]), lines(1, [0] * 3), lines(1, [0, 0, 2])],
)

TRAINED = (_NTH_FREE_OF_THREE_DIVISORS, _PAIRS_WITH_PRODUCT_MULTIPLE, _GCD_WITHOUT_A_BLOCK)
UNSEEN = (_POWER_OF_A_POWER,)
