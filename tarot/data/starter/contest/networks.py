"""Tasks on the links of a network: the order that they ask for, and which of them to choose."""

import heapq
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from random import Random

from tarot.data.starter.contest.family import ContestFamily, lines
from tarot.data.starter.family import Mistake, each
from tarot.types import Tier

_LARGER = {Tier.INTERMEDIATE, Tier.COMPLEX}

_PLAN = """
import sys
n, m, *rest = map(int, sys.stdin.read().split())
after, waits, start = [[] for _ in range(n)], [0] * n, [0] * n
for a, b in zip(rest[n::2], rest[n + 1 :: 2]):
    after[a - 1].append(b - 1)
    waits[b - 1] += 1
ready = [t for t in range(n) if not waits[t]]
for t in ready:
    for u in after[t]:
        free = start[t] + rest[t] + D
        start[u] = max(start[u], free + -free % P)
        waits[u] -= 1
        if not waits[u]:
            ready.append(u)
print("cycle" if len(ready) < n else max(start[t] + rest[t] for t in range(n)))
"""
_PLAN_AGAIN = """
import sys
n, m, *rest = map(int, sys.stdin.read().split())
def end(t, depth):
    if depth > n:
        sys.exit(print("cycle"))
    before = [a for a, b in zip(rest[n::2], rest[n + 1 :: 2]) if b == t]
    free = max([end(a, depth + 1) + D for a in before], default=0)
    return free + -free % P + rest[t - 1]
print(max(end(t, 0) for t in range(1, n + 1)))
"""


def _plan(text: str, p: int, d: int) -> int | str:
    n, _, *rest = map(int, text.split())
    before: dict[int, list[int]] = {t: [] for t in range(1, n + 1)}
    for a, b in zip(rest[n::2], rest[n + 1 :: 2], strict=True):
        before[b].append(a)
    ends: dict[int, int] = {}
    try:
        for t in TopologicalSorter(before).static_order():
            free = max((ends[a] + d for a in before[t]), default=0)
            ends[t] = -(-free // p) * p + rest[t - 1]
    except CycleError:
        return "cycle"
    return max(ends.values())


def _tasks(tier: Tier, rng: Random, p: int, d: int) -> str:
    n = 9000 if tier is Tier.COMPLEX else rng.randint(6, 10)
    lengths, order = [rng.randint(1, 9) for _ in range(n)], list(range(1, n + 1))
    if tier is not Tier.BASIC:
        lengths[-3:] = [10**6 - rng.randint(0, 9) for _ in range(3)]
        order = [n, n - 1, n - 2, *rng.sample(order[:-3], n - 3)]
    pairs = list(pairwise(order[:3]))
    for place in range(3, n):
        earlier = order[max(0, place - 150) : place]
        pairs += [(a, order[place]) for a in rng.sample(earlier, 2)]
    return lines([n, len(pairs)], lengths, *pairs)


_TASKS = ContestFamily(
    name="tasks_in_time_slots",
    topic="graphs",
    parameters=each(p=range(2, 10), d=range(1, 10)),
    statements=(
        "Each of n tasks takes some minutes and may begin only at a minute divisible by {p}, "
        "counted from 0. If task a precedes b, then b begins {d} minutes or more after a ends; "
        "else tasks may run side by side. Read n, m, n durations and m pairs a b. Print the "
        "earliest end of all, or cycle if there is none.",
        "A lab plans n experiments with m conditions: a before b. Samples come at times 0, {p}, "
        "2*{p}, ..., when any number of experiments can start, but after a the lab is cleaned for "
        "{d} before b. Input: n m, the n running times, the conditions. Output when all is over at "
        "best; if never, output cycle.",
        "Given a directed graph (n <= 10000 vertices with lengths, m <= 20000 edges a b), start "
        "each vertex at the least multiple of {p}, 0 or more, that is at least {d} above the end "
        "of every vertex with an edge to it. It ends its length later. Print the largest end, or "
        "cycle if the graph has one. Input: n m, lengths, edges.",
        "How soon can a house be finished? Line one has the number of jobs and of rules, line two "
        "the hours each job takes. A rule a b says: start b after a is over and has dried for {d} "
        "hours. Workers, plenty of them, come in hour 0 and every {p} hours, and only then jobs "
        "start. Contradictory rules: print cycle.",
        "Print the least makespan of n jobs on unlimited machines, or the word cycle if "
        "precedences form one. A job starts at a multiple of {p} (0 is one) and no less than {d} "
        "after the completion of each predecessor. Standard input: n, m; n processing times; m "
        "lines of a predecessor and its successor.",
    ),
    reference=_PLAN,
    mistakes=(
        Mistake("goes by number", _PLAN.replace("in ready", "in range(n)"), {*_LARGER, Tier.EDGE}),
        Mistake("sees no cycle", _PLAN.replace("len(ready) < n", "n < 1"), {Tier.EDGE}),
        Mistake("plans a task for each way to it", _PLAN_AGAIN, {Tier.COMPLEX}),
    ),
    solve=_plan,
    draw=_tasks,
    edges=lambda p, d: (
        "2 2\n3 4\n1 2\n2 1\n",
        "1 0\n5\n",
        f"2 1\n{20 * p - d} 1\n1 2\n",
        "3 3\n1 1 1\n1 2\n2 3\n3 2\n",
    ),
)

_POWER = """
import sys
n, m, *rest = map(int, sys.stdin.read().split())
group = list(range(n + 1))
def head(u):
    while group[u] != u:
        group[u] = group[group[u]]
        u = group[u]
    return u
total = n * G
for w, u, v in sorted(zip(rest[2::3], rest[::3], rest[1::3])):
    if head(u) != head(v) and w + C < G:
        group[head(u)] = head(v)
        total += w + C - G
print(total)
"""
_POWER_BY_SEARCH = """
import sys
n, m, *rest = map(int, sys.stdin.read().split())
near, total = [[] for _ in range(n + 1)], n * G
for w, u, v in sorted(zip(rest[2::3], rest[::3], rest[1::3])):
    joined = [u]
    for a in joined:
        joined += [b for b in near[a] if b not in joined]
    if v not in joined and w + C < G:
        near[u].append(v)
        near[v].append(u)
        total += w + C - G
print(total)
"""


def _power(text: str, g: int, c: int) -> int:
    n, _, *rest = map(int, text.split())
    near = defaultdict(list)
    for u, v, w in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        near[u].append((w + c, v))
        near[v].append((w + c, u))
    total, heap, powered = 0, [(g, house) for house in range(1, n + 1)], set()
    while heap:
        price, house = heapq.heappop(heap)
        if house not in powered:
            powered.add(house)
            total += price
            for cable in near[house]:
                heapq.heappush(heap, cable)
    return total


def _cables(tier: Tier, rng: Random, g: int, c: int) -> str:
    half = 1500 if tier is Tier.COMPLEX else rng.randint(3, 5)
    cables = []
    for first in (1,) if tier is Tier.BASIC else (1, half + 1):
        for v in range(first + 1, first + half):
            cables.append((rng.randint(first, v - 1), v, rng.randint(1, g - c - 1)))
        for _ in range(2 * half):
            u, v = rng.sample(range(first, first + half), 2)
            cables.append((u, v, rng.randint(1, 2 * g)))
    if tier is not Tier.BASIC:
        cables.append((rng.randint(1, half), half + rng.randint(1, half), g + rng.randint(1, 50)))
    rng.shuffle(cables)
    return lines([first + half - 1, len(cables)], *cables)


_CABLES = ContestFamily(
    name="generators_or_cables",
    topic="graphs",
    parameters=each(g=range(30, 70, 5), c=range(1, 7)),
    statements=(
        "Each of n houses needs power: a generator of its own for {g}, or cables to a house that "
        "has power. Of m possible cables each joins two houses for its price plus {c} for fitting. "
        "Print the least total cost. Input: n and m, then for each cable both houses and the price "
        "(1 <= n <= 3000, 0 <= m <= 15000).",
        "Villages dig wells at {g} apiece or share water through pipes, in either direction and "
        "over any distance, as long as each connected group has a well. Given the numbers of "
        "villages and of offers, and offers u v w, where a pipe between u and v costs w + {c}, "
        "find the cheapest way to give water to all.",
        "Given an undirected weighted graph by n, m and lines u v w, choose a set of edges, maybe "
        "none. It costs {g} for each connected component that results, a vertex without chosen "
        "edges being one, plus w + {c} for each chosen edge. Output the minimum over all choices; "
        "n is from 1 to 3000.",
        "How cheaply can n islands get internet? An antenna serves one island and all that cables "
        "connect to it, directly or not, for {g}. A sea cable costs what is asked, and {c} for the "
        "permit. On the first line are the numbers of islands and of cables on offer, then come "
        "two islands and a price for each. Print the total.",
        "Print the smallest budget for heating n buildings. A boiler costs {g}. A building without "
        "one must be linked, perhaps over other buildings, to a building that has one by some of m "
        "ducts. Each is listed with its two buildings and a length w, for which w + {c} is paid. "
        "Read n, m (possibly 0) and the list.",
    ),
    reference=_POWER,
    mistakes=(
        Mistake("connects all", _POWER.replace(" and w + C < G", ""), _LARGER),
        Mistake(
            "forgets houses without cables",
            _POWER.replace("n * G", "len({*rest[::3], *rest[1::3]}) * G"),
            {Tier.EDGE},
        ),
        Mistake("searches for every cable", _POWER_BY_SEARCH, {Tier.COMPLEX}),
    ),
    solve=_power,
    draw=_cables,
    edges=lambda g, c: ("3 0\n", "1 0\n", f"2 1\n1 2 {g - c}\n", "3 2\n1 2 1\n3 2 1\n"),
)
TRAINED = (_TASKS,)
UNSEEN = (_CABLES,)
