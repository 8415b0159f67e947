"""Tasks on ways through a network: how far they lead, and how cheaply."""

from itertools import pairwise
from random import Random

from tarot.data.starter.contest.family import ContestFamily, lines
from tarot.data.starter.family import Mistake, each
from tarot.types import Tier

_LARGER = {Tier.INTERMEDIATE, Tier.COMPLEX}

_SPREAD = """
import sys
n, m, *rest = map(int, sys.stdin.read().split())
friends = [[] for _ in range(n + 1)]
for u, v in zip(rest[::2], rest[1::2]):
    friends[u].append(v)
    friends[v].append(u)
heard = front = {1}
for _ in range(K):
    front = {v for u in front if u % D for v in friends[u]} - heard
    heard = heard | front
print(len(heard))
"""
_SPREAD_DEEP = f"""{_SPREAD[: _SPREAD.index("heard")]}heard = set()
def tell(u, left):
    heard.add(u)
    for v in friends[u] if left and u % D else []:
        if v not in heard:
            tell(v, left - 1)
tell(1, K)
print(len(heard))
"""


def _spread(text: str, k: int, d: int) -> int:
    ends = [int(word) for word in text.split()[2:]]
    calls = [*zip(ends[::2], ends[1::2], strict=True), *zip(ends[1::2], ends[::2], strict=True)]
    heard = {1}
    for _ in range(k):
        heard |= {v for u, v in calls if u in heard and u % d}
    return len(heard)


def _friends(tier: Tier, rng: Random, k: int, d: int) -> str:
    n, known, pairs = rng.randint(6, 11), [1], []
    if tier is not Tier.BASIC:
        n = 12_000 if tier is Tier.COMPLEX else 2 * k + rng.randint(3, 8)
        known += [v for v in range(2, n) if v % d][:k]
        pairs = [*pairwise(known), (1, known[-1])]
    rest = [v for v in range(2, n + 1) if v not in known]
    pairs.append((known[-1], rest.pop(0)))
    if tier is Tier.COMPLEX:
        pairs += [(1, v) for v in rest[:30]]
        pairs += [(u, v) for u, v in (rng.sample(rest[:150], 2) for _ in range(9000))]
    for v in rest:
        pairs.append((rng.choice(known), v))
        known.append(v)
    return lines([n, len(pairs)], *pairs)


_RUMOUR = ContestFamily(
    name="rumour_with_listeners",
    topic="graphs",
    parameters=each(k=range(5, 10), d=range(3, 13)),
    statements=(
        "A rumour starts with person 1 of n. Every hour all who know it tell it to their friends, "
        "except people whose number is divisible by {d}: they never talk. How many know it, person "
        "1 included, after {k} hours? Input: n, m, then m pairs of friends; n <= 20000, m <= "
        "30000.",
        "Read n and m, then m cables between two of the computers 1 to n. A worm on computer 1 "
        "gets at most {k} cables away; it may enter but not leave a computer whose number is a "
        "multiple of {d}. Print how many computers, number 1 among them, it can reach (n <= 20000, "
        "0 <= m <= 30000).",
        "Given a graph with vertices 1, ..., n by n, m and m undirected edges, count the vertices "
        "v with a path from 1 to v of at most {k} edges and without inner vertices divisible by "
        "{d}. The path of no edge is one, so the answer is at least 1. Limits: n <= 20000, m <= "
        "30000.",
        "News leaves village 1 and takes a day for each footpath. Villages {d}, 2*{d}, 3*{d}, ... "
        "keep to themselves what they hear. The first line holds the numbers of villages and "
        "footpaths (none to 30000), each other line the ends of a footpath. Output in how many "
        "villages, 1 too, the news is known within {k} days.",
        "How far does a chain letter get? Person 1 sends it to all contacts, and so does everyone "
        "who receives it, unless it was sent on {k} times already or their own number is a "
        "multiple of {d}. Contacts are mutual. Input: n people, m contacts, the pairs. Print how "
        "many people had it, the first sender too.",
    ),
    reference=_SPREAD,
    mistakes=(
        Mistake("goes deep first", _SPREAD_DEEP, _LARGER),
        Mistake("skips loners", _SPREAD.replace("(heard)", "(heard & {*rest})"), {Tier.EDGE}),
        Mistake("walks anew", _SPREAD_DEEP.replace("v not in heard", "True"), {Tier.COMPLEX}),
    ),
    solve=_spread,
    draw=_friends,
    edges=lambda k, d: (
        "1 0\n",
        "4 2\n2 3\n3 4\n",
        "2 1\n2 1\n",
        lines([k + 2, k + 1], *pairwise(range(1, k + 3))),
    ),
)

_TRAVEL = """
import heapq
import sys
n, m, *rest = map(int, sys.stdin.read().split())
roads = [[] for _ in range(n + 1)]
for u, v, w in zip(rest[::3], rest[1::3], rest[2::3]):
    roads[u].append((v, w))
    roads[v].append((u, w))
price, heap = {}, [(0, 1)]
while heap:
    total, u = heapq.heappop(heap)
    if u not in price:
        price[u] = total
        for v, w in roads[u]:
            heapq.heappush(heap, (total + w + C * (v % K == 0), v))
print(price.get(n, "unreachable"))
"""
_TRAVEL_ALL_WAYS = f"""{_TRAVEL[: _TRAVEL.index("price")]}def onward(u, seen):
    if u == n:
        return 0
    ahead = [(v, w + C * (v % K == 0)) for v, w in roads[u] if v not in seen]
    return min([w + onward(v, [*seen, v]) for v, w in ahead], default=10**9)
sys.setrecursionlimit(10**6)
total = onward(1, [1])
print(total if total < 10**9 else "unreachable")
"""


def _travel(text: str, k: int, c: int) -> int | str:
    n, _, *rest = map(int, text.split())
    u, v, w = rest[::3], rest[1::3], rest[2::3]
    roads = [*zip(u, v, w, strict=True), *zip(v, u, w, strict=True)]
    price, before = {1: 0}, {0: 0}
    while price != before:
        before = price.copy()
        for town, other, charge in roads:
            if town in price:
                total = price[town] + charge + c * (other % k == 0)
                price[other] = min(price.get(other, total), total)
    return price.get(n, "unreachable")


def _roads(tier: Tier, rng: Random, k: int, c: int) -> str:
    n = {Tier.BASIC: 5, Tier.INTERMEDIATE: 9, Tier.COMPLEX: 2000}[tier] // k * k + k
    n += tier is Tier.BASIC
    ends = [(rng.randint(max(1, v - 100), v - 1), v) for v in range(2, n + 1)]
    for _ in range(n if tier is Tier.COMPLEX else 4):
        u, v = rng.sample(range(1, n + 1), 2)
        ends.append((u, v))
    return lines([n, len(ends)], *[(u, v, rng.randint(1, 40)) for u, v in ends])


_ROADS = ContestFamily(
    name="roads_with_town_tolls",
    topic="graphs",
    parameters=each(k=range(2, 10), c=range(10, 30, 3)),
    statements=(
        "Two-way roads u v, given as lines u v w with a charge w, link the towns 1 to n. Entering "
        "a town whose number is a multiple of {k} costs {c} more. What does the cheapest trip from "
        "town 1 to town n cost? The first line has n and m, the number of roads. Without a trip "
        "print unreachable; if n is 1, print 0.",
        "Read n, m and m undirected edges (two ends and a positive weight). A walk costs the "
        "weights of its edges plus {c} for each arrival at a vertex divisible by {k}. Output the "
        "lowest cost of a walk from 1 to n, which is 0 for n = 1, or unreachable if none exists (n "
        "<= 3000, m <= 10000).",
        "A truck starts in city 1 and has to get to city n. A highway takes a known amount of "
        "fuel, the same both ways; the cities {k}, 2*{k}, 3*{k}, ... take {c} from every vehicle "
        "that drives in, also at its destination. The input is n, the number of highways, and for "
        "each its cities and fuel. Find the least expense, or print unreachable.",
        "Find the cheapest route from station 1 to station n. Every one of m lines joins two "
        "stations, in both directions, at a fare; a fee of {c} is due on each arrival at a station "
        "whose number {k} divides. Print the total, 0 if the route is empty, unreachable if there "
        "is none. Input: n m, then station, station, fare for each line.",
        "A message hops between n servers over m links, usable both ways. Besides the link's delay "
        "a hop takes {c} milliseconds if the receiving server's number is divisible by {k}. It "
        "starts at server 1 at time 0: when is it at server n at the earliest, or is it "
        "unreachable? First line: n m; others: two servers and a delay.",
    ),
    reference=_TRAVEL,
    mistakes=(
        Mistake("pays on leaving", _TRAVEL.replace("(v % K", "(u % K"), _LARGER),
        Mistake("trusts in a way", _TRAVEL.replace('.get(n, "unreachable")', "[n]"), {Tier.EDGE}),
        Mistake("tries all trips", _TRAVEL_ALL_WAYS, {Tier.COMPLEX}),
    ),
    solve=_travel,
    draw=_roads,
    edges=lambda k, c: (
        "2 0\n",
        "1 0\n",
        "3 1\n1 2 5\n",
        f"{k + 1} 2\n1 {k + 1} 9\n{k + 1} 1 7\n",
    ),
)

TRAINED = (_RUMOUR, _ROADS)
UNSEEN = ()
