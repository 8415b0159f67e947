"""Tasks for two positions in a list that never turn round."""

from collections import defaultdict
from itertools import pairwise
from random import Random
from string import ascii_lowercase

from tarot.data.starter.contest.family import ContestFamily, lines
from tarot.data.starter.family import Mistake, each
from tarot.types import Tier

_LARGER = {Tier.INTERMEDIATE, Tier.COMPLEX}

_BLOCKS = """
import sys
n, *a = map(int, sys.stdin.read().split())
free = [x % M == 0 for x in a]
times, start, blocks = {}, 0, 0
for i, x in enumerate(a):
    times[x] = times.get(x, 0) + (not free[i])
    while times[x] > K:
        times[a[start]] -= not free[start]
        start += 1
    blocks += i + 1 - start
print(blocks)
"""
_BLOCKS_ONE_BY_ONE = """
import sys
n, *a = map(int, sys.stdin.read().split())
blocks = (a[i:j] for j in range(n + 1) for i in range(j))
print(sum(all(block.count(x) <= K or x % M == 0 for x in block) for block in blocks))
"""


def _blocks(text: str, k: int, m: int) -> int:
    places, blocks, start = defaultdict[int, list[int]](list), 0, 0
    for place, x in enumerate(map(int, text.split()[1:]), 1):
        places[x].append(place)
        if x % m and len(places[x]) > k:
            start = max(start, places[x][-k - 1])
        blocks += place - start
    return blocks


def _crowd(tier: Tier, rng: Random, k: int, m: int) -> str:
    some = [m, 1, 2] if tier is Tier.BASIC else [0, 1, -1, -m]
    values = rng.choices(some, k=rng.randint(7, 10))
    if tier is Tier.COMPLEX:
        values = rng.sample(range(90_000), rng.randint(34_000, 36_000))
    for i in range(k + 2):
        values[i * len(values) // (k + 2)] = m + 1
    place = rng.randint(0, len(values))
    values[place:place] = [some[0]] * (k + 1)
    return lines([len(values)], values)


_TRIPLES = """
import sys
n, *a = map(int, sys.stdin.read().split())
a.sort()
def count(most):
    triples = 0
    for first in range(len(a) - 2):
        third = len(a) - 1
        for second in range(first + 1, len(a)):
            while third > second and a[first] + a[second] + a[third] > most:
                third -= 1
            triples += max(0, third - second)
    return triples
print(count(HI) - count(LO - 1))
"""
_TRIPLES_ONE_BY_ONE = """
import sys
n, *a = map(int, sys.stdin.read().split())
print(sum(LO <= a[i] + a[j] + a[l] <= HI for l in range(n) for j in range(l) for i in range(j)))
"""


def _triples(text: str, lo: int, hi: int) -> int:
    values = list(map(int, text.split()[1:]))
    least, slot = min(values, default=0), 48
    # Of a product of such integers, the slot of a sum holds the number of ways to it.
    one, two, three = (sum(1 << slot * t * (x - least) for x in values) for t in (1, 2, 3))
    ways = (one**3 - 3 * one * two + 2 * three) // 6
    sums = range(max(0, lo - 3 * least), hi - 3 * least + 1)
    return sum(ways >> slot * total & ((1 << slot) - 1) for total in sums)


def _weights(tier: Tier, rng: Random, lo: int, hi: int) -> str:
    if tier is Tier.BASIC:
        # Three even values never sum up to lo, which is odd.
        return lines([6], rng.sample(range(2, 21, 2), 6))
    num, most = (1400, 3000) if tier is Tier.COMPLEX else (rng.randint(7, 10), 12)
    values, twin = rng.choices(range(-most, most + 1), k=num - 3), rng.randint(-9, 9)
    return lines([num], [twin, lo - 2 * twin, *values, twin])


_SPREAD = """
import sys
n, *a = map(int, sys.stdin.read().split())
a = sorted(x for x in a if x >= M)
spreads = [a[i + K - 1] - a[i] for i in range(len(a) - K + 1)]
print(min(spreads, default=-1))
"""
_SPREAD_BY_COUNTING = """
import sys
n, *a = map(int, sys.stdin.read().split())
a = [x for x in a if x >= M]
ends = ((x, y) for x in a for y in a if sum(x <= z <= y for z in a) >= K)
print(min((y - x for x, y in ends), default=-1))
"""


def _spread(text: str, k: int, m: int) -> int:
    sizes = sorted(x for x in map(int, text.split()[1:]) if x >= m)
    gaps = [y - x for x, y in pairwise(sizes)]
    return min((sum(gaps[i : i + k - 1]) for i in range(len(sizes) - k + 1)), default=-1)


def _packets(tier: Tier, rng: Random, k: int, m: int) -> str:
    num, gap = 20_000 if tier is Tier.COMPLEX else rng.randint(3, 5), 40
    # The k most alike begin with the least that counts, but for the basic tier.
    least = m + (tier is Tier.BASIC)
    alike = [least, *rng.choices(range(least, least + gap), k=k - 1)]
    others = [m + gap * i for i in rng.sample(range(3, num + 4000), num)]
    return lines([k + num + 1], rng.sample([m - 1, *alike, *others], k + num + 1))


_PAINT = """
import sys
tape = "".join(sys.stdin.read().split()[1:])
start = changes = best = 0
for end, letter in enumerate(tape, 1):
    changes += letter != C
    if letter == D:
        start, changes = end, 0
    while changes > K:
        changes -= tape[start] != C
        start += 1
    best = max(best, end - start)
print(best)
"""
_PAINT_ONE_BY_ONE = """
import sys
tape = "".join(sys.stdin.read().split()[1:])
parts = (tape[i:j] for j in range(len(tape) + 1) for i in range(j))
print(max((len(p) for p in parts if D not in p and len(p) - p.count(C) <= K), default=0))
"""


def _paint(text: str, c: str, d: str, k: int) -> int:
    best = 0
    for part in "".join(text.split()[1:]).split(d):
        stops = [-1, *(i for i, x in enumerate(part) if x != c), *[len(part)] * (k + 1)]
        best = max(best, *(stops[i + k + 1] - at - 1 for i, at in enumerate(stops[: -k - 1])))
    return best


def _tape(tier: Tier, rng: Random, c: str, d: str, k: int) -> str:
    num, run, often = (130_000, 30_000, 999) if tier is Tier.COMPLEX else (8, 9, 1)
    others = ascii_lowercase.replace(c, "").replace(d, "")
    tape = "".join(rng.choices(c * len(others) + others, [often] * 24 + [1] * 24, k=num))
    place = rng.randint(0, num)
    # Whoever paints over d gets one stretch of two that are longer than all that is around.
    long, longer = rng.randint(run, run * 4 // 3), rng.randint(run, run * 4 // 3)
    tape = tape[:place] + c * long + d + c * longer + tape[place:]
    cuts = [0, *sorted(rng.sample(range(1, num), 0 if tier is Tier.BASIC else 5)), len(tape)]
    pieces = [tape[i:end] for i, end in pairwise(cuts)]
    return lines([len(pieces)], *pieces) if tier is Tier.BASIC else lines([7], d * 3, *pieces)


TRAINED = (
    ContestFamily(
        name="uncrowded_blocks",
        topic="two pointers",
        parameters=each(k=range(1, 7), m=range(7, 17)),
        statements=(
            "A block is one or more consecutive elements of a list. Count the blocks where no "
            "value occurs more than {k} times; multiples of {m}, like 0 and negative ones, may "
            "occur at will. Input: n, 0 to 40000, and a line of n integers, |a_i| <= 10^9.",
            "Buses pass one by one. A span from one bus to a later or the same is calm unless a "
            "line came over {k} times in it; lines divisible by {m}, as 0, do not matter. Count "
            "calm spans of n <= 40000 buses: read n, then their lines (size <= 10^9).",
            "You are given an array, after its size (at most 40000; 0 for an empty one), with "
            "entries of absolute value up to 10^9. Print how many pairs l <= r there are such "
            "that among a[l..r] each integer not divisible by {m} appears {k} times at most.",
            "Say a non-empty contiguous piece is dull if it holds {k} + 1 equal numbers that are "
            "no multiples of {m} (0 is one). You get how many integers there are, 40000 or fewer, "
            "then the integers (size <= 10^9). Output how many pieces are not dull.",
            "Beads in a row have colours from -10^9 to 10^9. A string of neighbours may have up "
            "to {k} beads of each colour, and any number where it is {m} times an integer. Line "
            "1: beads in the row, 0..40000; line 2: colours. Count such strings by place.",
        ),
        reference=_BLOCKS,
        mistakes=(
            Mistake("excepts nothing", _BLOCKS.replace("x % M == 0", "False"), set(Tier)),
            Mistake("excepts some", _BLOCKS.replace("x %", "x > 0 and x %"), _LARGER | {Tier.EDGE}),
            Mistake("counts in all blocks", _BLOCKS_ONE_BY_ONE, {Tier.COMPLEX}),
        ),
        solve=_blocks,
        draw=_crowd,
        edges=lambda k, m: [lines([len(a)], a) for a in ([0] * (k + 1), [], [-1], [1] * (k + 1))],
    ),
    ContestFamily(
        name="triples_in_sum_band",
        topic="two pointers",
        parameters=each(lo=range(-15, 10, 2), hi=range(20, 36, 5)),
        statements=(
            "In how many ways can three elements at different positions of a list be chosen so "
            "that their sum is at least {lo} and at most {hi}? Order is irrelevant. The length (0 "
            "to 2000) stands on a line, the integers, of size up to 10^4, on the next.",
            "Count index triples i < j < l with {lo} <= a_i + a_j + a_l <= {hi}. You read n (no "
            "more than 2000, possibly below 3) and then, on a line of their own, the n integers "
            "a_1 .. a_n, each from -10000 to 10000. Print only the count.",
            "A team, any three of a club's players, may enter a league if its total rating lies "
            "in the closed interval from {lo} to {hi}. Given the number of players (<= 2000) and "
            "their ratings (within +-10^4, some alike), output how many teams may enter.",
            "Take three bottles off a shelf. Each has a label, an integer up to 10^4 in size, and "
            "the labels' total must neither fall below {lo} nor exceed {hi}; bottles with like "
            "labels still differ. From their number (<= 2000) and the labels count the ways.",
            "Write a program for 3-sums in a band: it counts the subsets of exactly three (by "
            "position, not value) that sum to something no smaller than {lo} and no larger than "
            "{hi}. It reads how many numbers there are (<= 2000), then these (size <= 10^4).",
        ),
        reference=_TRIPLES,
        mistakes=(
            Mistake("leaves out the end", _TRIPLES.replace("LO - 1", "LO"), _LARGER | {Tier.EDGE}),
            Mistake("drops equals", _TRIPLES.replace("a.s", "a = [*{*a}]\na.s"), _LARGER),
            Mistake("tries all triples", _TRIPLES_ONE_BY_ONE, {Tier.COMPLEX}),
        ),
        solve=_triples,
        draw=_weights,
        edges=lambda lo, hi: [lines([len(a)], a) for a in ([lo - 9, 4, 5], [], [lo, hi])],
    ),
    ContestFamily(
        name="fairest_packets",
        topic="two pointers",
        parameters=each(k=range(2, 8), m=range(10, 20)),
        statements=(
            "From n packets of sweets choose {k}; none may hold fewer than {m}. Print the least "
            "possible difference between the fullest and the emptiest chosen one, or -1 if there "
            "are not {k} such packets. Input: n (0 to 40000), then n integers up to 10^6.",
            "Ignore all integers below {m} in a list. Among the rest, find {k} elements whose "
            "maximum minus minimum is smallest, and output this distance; output -1 when less "
            "than {k} remain. The list, 0 <= x <= 10^6, comes after its length, 40000 at most.",
            "A coach wants {k} runners of even strength, all at {m} or higher. Given how many "
            "apply (up to 40000, maybe none) and, below it, their strengths, 0 to 10^6, how large "
            "is the gap from strongest to weakest in the most even choice? Answer -1 for too few.",
            "The spread of numbers is the largest less the smallest. Compute the minimal spread "
            "over all ways to take {k} entries, perhaps equal, out of an array, none below {m}. "
            "No such way gives -1. You read the size (<= 40000), then the entries in 0..10^6.",
            "To hang {k} pictures a gallery takes nothing under {m} cm. Line one: the number of "
            "pictures in store, 0..40000; line two: their heights, whole cm up to 10^6. How "
            "little can the tallest and the shortest on the wall differ? Say -1 if too few fit.",
        ),
        reference=_SPREAD,
        mistakes=(
            Mistake("leaves out the least", _SPREAD.replace(">=", ">"), _LARGER),
            Mistake("takes it to exist", _SPREAD.replace(", default=-1", ""), {Tier.EDGE}),
            Mistake("counts between all ends", _SPREAD_BY_COUNTING, {Tier.COMPLEX}),
        ),
        solve=_spread,
        draw=_packets,
        edges=lambda k, m: [lines([len(a)], a) for a in ([], [m - 1] * k, [10**6] * k)],
    ),
)
UNSEEN = (
    ContestFamily(
        name="longest_painted_stretch",
        topic="two pointers",
        parameters=each(c="aeo", d="nrst", k=range(2, 8)),
        statements=(
            "A tape of small letters was cut into n pieces (n <= 5000; 250000 letters in all), "
            "given one a line after n. Glue it. Up to {k} letters may be turned into {c}, but "
            "none that is {d}. Print how long a stretch of {c} can get, maybe 0.",
            "Join the words of the input, which stand below their number on a line each (up to "
            "5000 words, 250000 letters a to z). What is the greatest length of a substring of it "
            'with no "{d}" and no more than {k} letters different from "{c}"? Without any: 0.',
            "Bulbs hang in a row, each of a colour a to z. Up to {k} may be swapped for bulbs of "
            "colour {c}, but those of colour {d} are stuck. Read a number of lines (<= 5000), "
            "then lines that continue each other (<= 250000 bulbs). How many neighbours can be "
            "{c}?",
            "Over a string S determine the size of the largest window that lacks {d} and where "
            "all characters but {k} or fewer are {c}. S, lowercase and of length 250000 or less, "
            "comes in chunks: read m <= 5000, then concatenate m lines. Without a window: 0.",
            "Garden plots along a road are letters in up to 5000 lines, read on as one, below "
            "their number (maybe 0). A buyer wants adjoining plots: none marked {d}, not over {k} "
            "of them other than {c}. Output how many of the (<= 250000) plots he can get.",
        ),
        reference=_PAINT,
        mistakes=(
            Mistake("paints over all", _PAINT.replace("letter == D", "False"), set(Tier)),
            Mistake("reads one line of it", _PAINT.replace("[1:]", "[1:2]"), _LARGER),
            Mistake("tries all stretches", _PAINT_ONE_BY_ONE, {Tier.COMPLEX}),
        ),
        solve=_paint,
        draw=_tape,
        edges=lambda c, d, k: [lines([1], d * k), lines([0]), lines([1], "x"), lines([1], c * 9)],
    ),
)
