"""Tasks that need the best of all choices, or their number, built up from smaller ones."""

from bisect import bisect_left, bisect_right
from random import Random

from tarot.data.starter.contest.family import ContestFamily, lines
from tarot.data.starter.family import Mistake, each
from tarot.types import Tier

_LARGER = {Tier.INTERMEDIATE, Tier.COMPLEX}

_CROSS = """
import sys
n, *cost = map(int, sys.stdin.read().split())
best = [0] * n
for i in range(1, n):
    best[i] = cost[i] + min(best[j] + C * (i - j > 1) for j in range(max(0, i - K), i))
print(best[-1])
"""
_CROSS_ALL_WAYS = """
import sys
sys.setrecursionlimit(10**6)
n, *cost = map(int, sys.stdin.read().split())
def cheapest(i):
    totals = [cheapest(j) + C * (i - j > 1) for j in range(max(0, i - K), i)]
    return cost[i] + min(totals) if i else 0
print(cheapest(n - 1))
"""


def _cross(text: str, k: int, c: int) -> int:
    onward, totals = 0, []
    for cost in reversed(text.split()[2:]):
        totals.append(int(cost) + onward)
        onward = min(totals[-1], c + min(totals[-k:]))
    return onward


def _stones(tier: Tier, rng: Random, k: int, c: int) -> str:
    costs = [rng.randint(-5, 15) for _ in range(rng.randint(4, k))]
    if tier is not Tier.BASIC:
        costs = [rng.randint(-9, 9) for _ in range(2)]
        for _ in range(1500 if tier is Tier.COMPLEX else 1):
            costs += [rng.randint(1000, 1002)] * (k - 1) + [rng.randint(-9, 9)] * rng.randint(1, 3)
    return lines([len(costs)], costs)


_STEPPING_STONES = ContestFamily(
    name="cheapest_stepping_stones",
    topic="dynamic programming",
    parameters=each(k=range(4, 10), c=range(1, 13)),
    statements=(
        "A frog goes from the first of n stones to the last. It jumps forward by 1 to {k} stones. "
        "Landing on a stone costs its number (if negative, a gain); a jump by 2 or more costs {c} "
        "extra. Read n (1 to 20000) and n numbers, the first never paid; print the least cost.",
        "Line one holds n, from 1 to 20000, line two an integer for each of n squares. A token "
        "moves from square 1 to n, only to the right, at most {k} squares at once. Each square "
        "entered adds its integer, each move past some square adds {c}. Output the minimal sum.",
        "From platform i you may walk to i+1, or for a fee of {c} to any of i+2, ..., i+{k}. "
        "Wherever you arrive you pay a price, perhaps below zero. What is the least you pay from "
        "platform 1 to platform n? Input: n (at most 20000), then n prices. For n = 1 print 0.",
        "Given n and integers a1 to an (1 <= n <= 20000), pick positions 1 = p1 < ... < pm = n "
        "whose neighbours differ by no more than {k}. This costs the sum of a over all but p1, "
        "plus {c} for any two neighbours 2 or more apart. Print the least.",
        "How cheaply does a courier get from a street's first house to its last? A ride ends up to "
        "{k} houses further on and costs {c}, nothing if it ends next door. A house reached takes "
        "a fee or, if negative, gives it. Read the number of houses (1 to 20000) and the fees.",
    ),
    reference=_CROSS,
    mistakes=(
        Mistake("reaches one too few", _CROSS.replace("i - K", "i - K + 1"), _LARGER),
        Mistake("wants a second", _CROSS.replace("* n", "* n\nbest[1] = cost[1]"), {Tier.EDGE}),
        Mistake("tries all ways, many of them again and again", _CROSS_ALL_WAYS, {Tier.COMPLEX}),
    ),
    solve=_cross,
    draw=_stones,
    edges=lambda k, c: ("1\n7\n", "2\n5 -3\n", lines([k], [0] * k), "3\n7 1000000000 -1\n"),
)

_ARRANGE = """
import sys
words = sys.stdin.read().split()
best = [0] * (len(words) + 1)
for i in reversed(range(len(words))):
    best[i], room = 10**9, W
    for j in range(i, len(words)):
        room -= len(words[j])
        if room < 0:
            break
        cost = best[j + 1] + (room**P if j + 1 < len(words) else 0)
        best[i] = min(best[i], cost)
        room -= 1
print(best[0] if all(len(word) <= W for word in words) else "impossible")
"""


def _arrange(text: str, w: int, p: int) -> int | str:
    sizes = [len(word) for word in text.split()]
    best = [0] + [len(sizes) * w**p] * len(sizes)
    for start, cost in enumerate(best):
        for end in range(start + 1, len(best)):
            free = w + 1 - sum(sizes[start:end]) - (end - start)
            if free < 0:
                break
            best[end] = min(best[end], cost + free**p * (end < len(sizes)))
    return best[-1] if max(sizes, default=0) <= w else "impossible"


def _paragraph(tier: Tier, rng: Random, w: int, p: int) -> str:
    sizes = [rng.randint(3, 8)]
    while sum(sizes) + len(sizes) - 1 <= w:
        sizes.append(rng.randint(3, 8))
    if tier is not Tier.BASIC:
        more = 34_000 if tier is Tier.COMPLEX else rng.randint(3, 9)
        sizes = [w - 3, 2, 2, w - 1, w] + [rng.randint(1, 9) for _ in range(more)]
    words = ["".join(rng.choices("etaoinshrdlu", k=size)) for size in sizes]
    return lines(words[: w // 3], words[w // 3 :])


_PARAGRAPH = ContestFamily(
    name="least_ragged_paragraph",
    topic="dynamic programming",
    parameters=each(w=range(12, 36), p=(2, 3)),
    statements=(
        "Break a text into lines of at most {w} characters, one space between words. A line with r "
        "characters to spare costs r to the power of {p}, the last one nothing. Print the least "
        "total: 0 for no words, impossible if one is too long. The input's line ends mean nothing.",
        "Up to 40000 words, or none, stand on any number of lines. A printer sets them anew, {w} "
        "columns wide, in order, with one blank between two. Unused columns u of a line but the "
        "final one count as u ** {p}. Print the least sum, or impossible if a word does not fit.",
        "What is the neatest way to split words, in order, into rows? The length of a row, its "
        "words plus one for each gap, must not exceed {w}; its penalty is ({w} - length)^{p}, but "
        "0 in the bottom row. Read all words and print the least sum, 0 for none, or impossible.",
        "Print the lowest badness with which words fill a page of width {w}, or impossible if one "
        "is wider. Badness adds, for each line but the last, the number of columns that words and "
        "single gaps leave empty, raised to {p}. Any number of lines holds the 0 to 40000 words.",
        "A text editor wraps words at column {w}. Words join by one space while they stay within "
        "it, yet a break may come earlier. All lines but the last are charged their free space to "
        "the power {p}. Report the least charge (0 without words), or impossible if one is longer.",
    ),
    reference=_ARRANGE,
    mistakes=(
        Mistake("fills each line", _ARRANGE.replace("min(best[i], cost)", "cost"), _LARGER),
        Mistake("trusts words to fit", _ARRANGE[: _ARRANGE.index(" if all")] + ")", {Tier.EDGE}),
        Mistake("goes on after the line", _ARRANGE.replace("break", "continue"), {Tier.COMPLEX}),
    ),
    solve=_arrange,
    draw=_paragraph,
    edges=lambda w, p: (f"a {'b' * (w + 1)}\n", "\n", f"{'c' * w}\n", f"{'d ' * 9}\n"),
)

_PAY = """
import sys
target, *coins = map(int, sys.stdin.read().split())
ways = [1] + [0] * target
for coin in coins:
    for total in range(coin, target + 1):
        ways[total] = (ways[total] + ways[total - coin]) % M
    for total in range(target, (K + 1) * coin - 1, -1):
        ways[total] = (ways[total] - ways[total - (K + 1) * coin]) % M
print(ways[target])
"""
_PAY_ONE_BY_ONE = """
import itertools, sys
target, *coins = map(int, sys.stdin.read().split())
purses = itertools.product(range(K + 1), repeat=len(coins))
print(sum(sum(c * t for c, t in zip(coins, purse)) == target for purse in purses) % M)
"""


def _pay(text: str, k: int, m: int) -> int:
    target, *coins = map(int, text.split())
    ways, slot = 1, 128  # one integer holds the counts of all sums, each in a slot of bits
    for coin in coins:
        ways = sum(ways << slot * coin * times for times in range(k + 1))
        ways &= (1 << slot * (target + 1)) - 1
    return (ways >> slot * target) % m


def _purse(tier: Tier, rng: Random, k: int, m: int) -> str:
    coins = rng.sample(range(2, 9), rng.randint(3, 4))
    target = (k + 1) * min(coins) - rng.randint(1, 2)
    if tier is Tier.INTERMEDIATE:
        coins, target = [1, *rng.sample(range(3, 10), 3)], rng.randint(12, 18)
    elif tier is Tier.COMPLEX:
        coins = rng.sample(range(5, 120), 30)
        target = k * sum(coins) // 2 + rng.randint(-50, 50)
    return lines([target], coins)


_PURSE = ContestFamily(
    name="ways_with_few_of_each_coin",
    topic="dynamic programming",
    parameters=each(k=range(2, 12), m=(998244353, *(10**9 + more for more in (7, 9, 21, 33)))),
    statements=(
        "In how many ways, regardless of order, can an amount be paid with at most {k} coins of "
        "each kind? The first line gives the amount, 0 to 20000, the second the kinds: 0 to 30 "
        "different positive integers. Print the number modulo {m}; paying nothing is one way.",
        "Read an integer T (0 <= T <= 20000) and on the next line up to 30 distinct positive "
        "integers, perhaps none. For each choose a multiplicity from 0 to {k} so that the weighted "
        "sum equals T. Count the choices and output the count's remainder after division by {m}.",
        "A shop sells weights of the sizes in the input's second line, but at most {k} of a size. "
        "How many different purchases have the total that the first line states, 20000 at most? "
        "The 0 to 30 sizes differ and are positive. Buying nothing counts. Answer modulo {m}.",
        "Let c1, ..., cn be the different positive numbers on line two (n <= 30, maybe 0), and let "
        "t on line one be at least 0 and at most 20000. Print, reduced modulo {m}, the number of "
        "integer solutions of c1*x1 + ... + cn*xn = t with every xi between 0 and {k}.",
        "A player may hand in up to {k} tickets of any kind. Given the points a prize costs (0 to "
        "20000), then on a new line what each kind is worth (0 to 30 kinds, all unlike and above "
        "0), how many selections, maybe of none, are worth just the prize? Print it modulo {m}.",
    ),
    reference=_PAY,
    mistakes=(
        Mistake("has coins without end", _PAY.replace("(K + 1) * coin - 1", "target"), _LARGER),
        Mistake("cannot pay 0", _PAY.replace("target])", "target] * (target > 0))"), {Tier.EDGE}),
        Mistake("counts one by one", _PAY_ONE_BY_ONE, {Tier.COMPLEX}),
    ),
    solve=_pay,
    draw=_purse,
    edges=lambda k, m: ("0\n2 5\n", "5\n\n", f"{3 * k}\n3\n", "1\n2 3\n"),
)

_CLIMB = """
import sys
n, *values = map(int, sys.stdin.read().split())
best = {}
for x in values:
    before = max(best.get(y, 0) for y in range(x - HIGH, x - LOW + 1))
    best[x] = max(best.get(x, 0), before + 1)
print(max(best.values(), default=0))
"""
_CLIMB_IN_PAIRS = """
import sys
n, *values = map(int, sys.stdin.read().split())
best = []
for x in values:
    before = [b for b, y in zip(best, values) if LOW <= x - y <= HIGH]
    best.append(max(before, default=0) + 1)
print(max(best, default=0))
"""


def _climb(text: str, low: int, high: int) -> int:
    values = [int(word) for word in text.split()[1:]]
    heights = sorted(set(values))
    longest = [0] * len(heights)
    for value in reversed(values):
        place = bisect_left(heights, value)
        after = longest[bisect_left(heights, value + low) : bisect_right(heights, value + high)]
        longest[place] = max(longest[place], max(after, default=0) + 1)
    return max(longest, default=0)


def _heights(tier: Tier, rng: Random, low: int, high: int) -> str:
    rests = rng.sample(range(high), rng.randint(5, 8))
    values = sorted(rng.randint(0, 3) * high + rest for rest in rests)
    if tier is not Tier.BASIC:
        many, most = (25_000, 500) if tier is Tier.COMPLEX else (3, 9)
        rise = range(0, rng.randint(most // 2, most) * high, high)
        values = [rng.randint(-100, -high) for _ in range(many)]
        values += sorted([*rise, *rng.choices(rise, k=many)])
    return lines([len(values)], values)


_MEASURED_CLIMB = ContestFamily(
    name="longest_measured_climb",
    topic="dynamic programming",
    parameters=each(low=range(1, 6), high=range(8, 18)),
    statements=(
        "From a list of n integers (0 <= n <= 60000) keep as many as possible, in their order, so "
        "that each kept one exceeds the kept one before it by at least {low} and at most {high}. "
        "The first line is n, the second the list. Print how many remain, 0 for an empty list.",
        "A hiker notes heights, some below sea level, and tells of a climb by reading out a few in "
        "the order noted, every one from {low} to {high} metres above the last. How many can be "
        "read out at best? Input: their number, at most 60000 and perhaps 0, then the heights.",
        "Find the length of the longest subsequence b of a sequence a for which {low} <= b[i+1] - "
        "b[i] <= {high} holds throughout; single elements qualify. Standard input has the size of "
        "a, no more than 60000, followed by its integer elements. If a is empty, output 0.",
        "Beads with numbers lie in a row. Take some away until every two neighbours rise from left "
        "to right, the difference being {low} or more but not over {high}. What is the largest "
        "number of beads left? Read the count (0 to 60000) and the row; of 0 beads 0 are left.",
        "Given n and then n integers, n <= 60000, print the maximal size of a chain: indices i1 < "
        "i2 < ... whose values grow with each step by no less than {low} and no more than {high}. "
        "One index alone is a chain of size 1; when n is 0 print 0. Values may be negative.",
    ),
    reference=_CLIMB,
    mistakes=(
        Mistake("climbs too little", _CLIMB.replace("x - HIGH", "x - HIGH + 1"), _LARGER),
        Mistake("expects a number", _CLIMB.replace(", default=0", ""), {Tier.EDGE}),
        Mistake("looks at all pairs", _CLIMB_IN_PAIRS, {Tier.COMPLEX}),
    ),
    solve=_climb,
    draw=_heights,
    edges=lambda low, high: ("0\n\n", "1\n-5\n", "3\n4 4 4\n", lines([3], [9, 9 - low, 8])),
)
TRAINED = (_STEPPING_STONES, _PARAGRAPH, _PURSE)
UNSEEN = (_MEASURED_CLIMB,)
