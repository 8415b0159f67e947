"""Tasks where the best next step leads to the best end, once it is clear which step that is."""

from bisect import bisect_left, bisect_right, insort
from heapq import heappop, heappush
from random import Random

from tarot.data.starter.contest.family import ContestFamily, lines
from tarot.data.starter.family import Mistake, each
from tarot.types import Tier

_LARGER = {Tier.INTERMEDIATE, Tier.COMPLEX}

_HEAR = """
import sys
n, *times = map(int, sys.stdin.read().split())
ends = [-K]
for start, end in sorted(zip(times[::2], times[1::2]), key=lambda talk: talk[1]):
    if start >= ends[-1] + K:
        ends.append(end)
print(len(ends) - 1)
"""
_HEAR_BY_TABLE = """
import sys
n, *times = map(int, sys.stdin.read().split())
talks = sorted(zip(times[1::2], times[::2]))
best = []
for i, (_, start) in enumerate(talks):
    before = (best[j] for j in range(i) if talks[j][0] + K <= start)
    best.append(1 + max(before, default=0))
print(max(best, default=0))
"""


def _hear(text: str, k: int) -> int:
    _, *times = map(int, text.split())
    talks, best = sorted(zip(times[1::2], times[::2], strict=True)), [0]
    for _, start in talks:
        best.append(max(best[-1], best[bisect_right(talks, (start - k, start))] + 1))
    return best[-1]


def _talks(tier: Tier, rng: Random, k: int) -> str:
    if tier is Tier.BASIC:
        # Talks of k + 1 minutes that begin at even ones are never exactly k apart.
        return lines([5], *((2 * i, 2 * i + k + 1) for i in rng.sample(range(1, 4 * k), 5)))
    num, most = (23_500, 9000) if tier is Tier.COMPLEX else (rng.randint(3, 6), 20 * k)
    starts = rng.choices(range(rng.randint(1, most // 3), most - k), k=num)
    talks = [(start, start + rng.randint(1, k)) for start in starts]
    # The first to begin lasts longest; after it come two exactly k apart.
    talks += [(0, most), (1, 2), (k + 2, k + 3), (most + k, most + 2 * k), (most + 3 * k, 10**4)]
    return lines([len(talks)], *rng.sample(talks, len(talks)))


_GROUP = """
n, a = int(input()), sorted(map(int, input().split()))
groups, first, size = 0, 0, M
for x in a:
    if size == M or x > first + K:
        groups, first, size = groups + 1, x, 0
    size += 1
print(groups)
"""
_GROUP_BY_SEARCH = """
n, a = int(input()), list(map(int, input().split()))
groups = 0
while a:
    for x in sorted(x for x in a if x <= min(a) + K)[:M]:
        a.remove(x)
    groups += 1
print(groups)
"""


def _group(text: str, k: int, m: int) -> int:
    a, best = sorted(map(int, text.split()[1:])), [0]
    for end, x in enumerate(a, 1):
        best.append(1 + best[max(end - m, bisect_left(a, x - k))])
    return best[-1]


def _eggs(tier: Tier, rng: Random, k: int, m: int) -> str:
    if tier is Tier.BASIC:
        spots = rng.sample(range(0, 30 * k, 3 * k), rng.randint(1, 4))
        return lines([8], [rng.choice(spots) + rng.randint(1, k - 1) for _ in range(8)])
    num, most = (34_000, 900_000) if tier is Tier.COMPLEX else (rng.randint(2, 9), 6 * k)
    # Above all others, three are exactly k apart.
    eggs = [rng.randint(-2 * k, most) for _ in range(num)] + [most + i * k for i in (2, 3, 4)]
    return lines([len(eggs)], rng.sample(eggs, len(eggs)))


_EARN = """
import sys
from heapq import heappop, heappush
n, *rest = map(int, sys.stdin.read().split())
kept = []
for day, pay in sorted(zip(rest[::2], rest[1::2])):
    heappush(kept, pay - F)
    if len(kept) > C * day:
        heappop(kept)
print(sum(x for x in kept if x > 0))
"""
_EARN_BY_SEARCH = """
import sys
n, *rest = map(int, sys.stdin.read().split())
used, profit = [0] * (max(rest, default=0) + 1), 0
for pay, last in sorted(zip(rest[1::2], rest[::2]), reverse=True):
    free = [day for day in range(1, last + 1) if used[day] < C]
    if free and pay > F:
        used[free[-1]] += 1
        profit += pay - F
print(profit)
"""


def _earn(text: str, c: int, f: int) -> int:
    _, *rest = map(int, text.split())
    jobs, waiting, profit = sorted(zip(rest[::2], rest[1::2], strict=True)), list[int](), 0
    for day in range(max(rest[::2], default=0), 0, -1):
        while jobs and jobs[-1][0] >= day:
            heappush(waiting, f - jobs.pop()[1])
        profit += sum(max(0, -heappop(waiting)) for _ in range(min(c, len(waiting))))
    return profit


def _jobs(tier: Tier, rng: Random, c: int, f: int) -> str:
    if tier is Tier.BASIC:
        return lines([5], *((day, f + rng.randint(1, 40)) for day in rng.sample(range(1, 9), 5)))
    num, few, late = (20_000, 50_000, 90_000) if tier is Tier.COMPLEX else (rng.randint(3, 6), 1, 4)
    jobs = [(rng.randint(few, late), rng.randint(0, 4 * f)) for _ in range(num)]
    # Whoever keeps what came first does the worse half on day 1; nobody is to do the last.
    jobs += [(1, f + i) for i in range(1, 2 * c + 1)] + [(late + 9, 0)]
    return lines([len(jobs)], *rng.sample(jobs, len(jobs)))


_JOIN = """
import heapq, sys
n, *a = map(int, sys.stdin.read().split())
a = [0] * ((1 - n) % (K - 1)) + sorted(a)
cost = 0
while len(a) > 1:
    joint = sum(heapq.heappop(a) for _ in range(min(K, len(a))))
    cost += joint + F
    heapq.heappush(a, joint)
print(cost)
"""
_JOIN_BY_SEARCH = """
n, a = int(input()), list(map(int, input().split()))
a += [0] * ((1 - n) % (K - 1))
cost = 0
while len(a) > 1:
    joint = sum(a.pop(a.index(min(a))) for _ in range(K))
    cost += joint + F
    a.append(joint)
print(cost)
"""


def _join(text: str, k: int, f: int) -> int:
    sizes, cost = sorted(map(int, text.split()[1:])), 0
    take = (len(sizes) - 2) % (k - 1) + 2
    while len(sizes) > 1:
        joint, sizes[:take] = sum(sizes[:take]), []
        insort(sizes, joint)
        cost, take = cost + joint + f, k
    return cost


def _pieces(tier: Tier, rng: Random, k: int, f: int) -> str:
    num = k + (k - 1) * (58_000 // (k - 1) if tier is Tier.COMPLEX else 1)
    num += 0 if tier is Tier.BASIC else rng.randint(1, k - 2)
    return lines([num], rng.choices(range(1, 1000 if num > 99 else 20), k=num))


TRAINED = (
    ContestFamily(
        name="talks_with_pauses",
        topic="greedy",
        parameters=each(k=range(2, 60)),
        statements=(
            "You hear talks to the end, one at a time, and want {k} minutes or more between two. "
            "Input: the number of talks, 0 to 25000, then for each a line with its start and its "
            "later end (0 to 10^6). Print how many talks you can hear at most.",
            "A machine runs jobs of fixed start and end, one at a time, and is cleaned for {k} "
            "units after each before the next begins. Read n <= 25000 and then n lines of two "
            "integers, start and end, with 0 <= start < end <= 10^6. How many jobs can it run?",
            "From at most 25000 intervals, listed after their count as l r (0 <= l < r <= 10^6, "
            "one a line), choose as many as possible such that, of any two that are chosen, one "
            "ends at least {k} before the other begins. Output how many that are.",
            "A hall is let for events of given times; between events it needs {k} hours of rest "
            "(exactly {k} are enough). The count of requests (<= 25000) comes first, then a line "
            "s e per event, 0 <= s < e <= 10^6. Maximise the number of events that take place.",
            "Ships report arrival and departure at the only pier; after one leaves, {k} must pass "
            "until the next arrives. Line one tells their number (<= 25000, maybe 0), each "
            "further line a ship's two times, integers in 0..10^6. Accept the most ships you can.",
        ),
        reference=_HEAR,
        mistakes=(
            Mistake("hears what begins first", _HEAR.replace("talk[1]", "talk[0]"), _LARGER),
            Mistake("waits longer", _HEAR.replace("start >=", "start >"), _LARGER | {Tier.EDGE}),
            Mistake("compares all talks", _HEAR_BY_TABLE, {Tier.COMPLEX}),
        ),
        solve=_hear,
        draw=_talks,
        edges=lambda k: [lines([len(a)], *a) for a in ([(2, 4), (4 + k, 9 + k)], [], [(1, 2)])],
    ),
    ContestFamily(
        name="fewest_groups",
        topic="greedy",
        parameters=each(k=range(3, 12), m=range(3, 10)),
        statements=(
            "Divide n numbers into as few groups as possible; in a group there are at most {m} "
            "numbers, and no two differ by more than {k}. Print the number of groups, 0 for n = "
            "0. Input: n (0 <= n <= 40000) and, on the next line, the integers, |x| <= 10^6.",
            "Visitors arrive at given minutes. A tour takes {m} and starts at most {k} minutes "
            "after its first one came (who comes just then still joins). Read a count up to "
            "40000, then unsorted times, |t| <= 10^6. What is the least number of tours for all?",
            "A photographer puts children on a picture whose heights lie within {k} mm of each "
            "other, {m} a picture at the most. Given the number of children (<= 40000) and, a "
            "line below, their heights off some mark (within +-10^6), how few show all?",
            "Cover given points by windows [x, x + {k}], each of which covers up to {m} points; "
            "equal points count one by one. Output the least number of windows. You read how many "
            "points there are (0 to 40000), then their coordinates, -10^6 to 10^6.",
            "Eggs go in boxes of {m}, not all of them full, with weights in a box differing by "
            "{k} at most. Line one has the count of eggs (<= 40000), line two by how much each is "
            "off the usual weight, size <= 10^6. Tell the smallest number of boxes.",
        ),
        reference=_GROUP,
        mistakes=(
            Mistake("wants less", _GROUP.replace("> first", ">= first"), _LARGER | {Tier.EDGE}),
            Mistake("looks at the last", _GROUP.replace("= 1", "= 1\n    first = x"), _LARGER),
            Mistake("searches for each group", _GROUP_BY_SEARCH, {Tier.COMPLEX}),
        ),
        solve=_group,
        draw=_eggs,
        edges=lambda k, m: [lines([len(a)], a) for a in ([k, 0], [], [-5], [10**6] * m)],
    ),
    ContestFamily(
        name="jobs_before_deadlines",
        topic="greedy",
        parameters=each(c=(2, 3, 4), f=range(5, 25)),
        statements=(
            "Each job has a last day and a pay. Every day, from day 1, you can do {c} jobs, and "
            "any job that you do costs you {f}. Print the greatest profit, at least 0. Input: n "
            "(<= 25000), then n lines with last day (1 to 10^5) and pay (0 to 10^5) of a job.",
            "A bakery bakes {c} cakes a day. Orders name the day by which a cake must be ready "
            "and a price, of which {f} is spent; you may decline. Read how many there are, 25000 "
            "at most, then day and price (<= 10^5), a line each. How much can be earned?",
            "Choose tasks and give each a day not after its deadline, the first day being 1, up "
            "to {c} tasks a day. They are worth the sum of (reward - {f}), none at all 0. Their "
            "count (<= 25000) precedes lines deadline reward (<= 10^5). Output the highest worth.",
            "At a port {c} ships a day are unloaded, the first on day 1. Ship i pays p_i if "
            "unloaded by day d_i; wages are {f} a ship. Line one: how many ships, 0..25000. Then "
            "d_i and p_i, each <= 10^5, a line a ship. Maximise pay less wages.",
            "Whoever closes a ticket within its limit of days gets a bonus. The team closes up to "
            "{c} daily, beginning on day 1, and each takes {f} off the total. Read a number of "
            "tickets <= 25000, then limit and bonus (<= 10^5) line by line. Print the best total.",
        ),
        reference=_EARN,
        mistakes=(
            Mistake("never drops", _EARN.replace("heappop(kept)", "kept.remove(pay - F)"), _LARGER),
            Mistake("works at a loss", _EARN.replace("x for x in kept if x > 0", "kept"), _LARGER),
            Mistake("searches all days", _EARN_BY_SEARCH, {Tier.COMPLEX}),
        ),
        solve=_earn,
        draw=_jobs,
        edges=lambda c, f: [lines([len(a)], *a) for a in ([], [(1, f)], [(1, f + 1)] * 9)],
    ),
)
UNSEEN = (
    ContestFamily(
        name="cheapest_joining",
        topic="greedy",
        parameters=each(k=range(3, 9), f=range(10, 20)),
        statements=(
            "A machine joins two to {k} pieces of wood to one, which costs {f} plus the length of "
            "the new piece. Print the least cost of making one piece of n pieces, 0 if n < 2. The "
            "input is n (0 <= n <= 60000) and below it the lengths, integers from 1 to 1000.",
            "Files are merged: a round replaces at most {k} by one as large as they together and "
            "takes {f} ms and 1 ms per kilobyte written. Read how many there are (<= 60000) and "
            "their kilobytes (<= 1000). In how many ms can one be left? Say 0 for under two.",
            "From positive integers you may take away any 2, 3, ... or {k} and put back their sum "
            "s, for s + {f} points of penalty. Given how many (<= 60000; for one or none print 0) "
            "and which (<= 1000), output the smallest penalty that ends with one.",
            "Heaps of sand shall become one. A shovel brings any 2 to {k} heaps together and is "
            "paid {f} coins plus a coin a kilo of the new heap. Line 1: number of heaps, "
            "0..60000; line 2: their kilos, 1..1000 each. Print the least pay.",
            "Build a tree over leaves of given weights (first their number, <= 60000, then these, "
            "1 to 1000) where inner nodes have 2 to {k} children. An inner node costs {f} and the "
            "weights of all leaves below. Print what the cheapest tree costs, maybe 0.",
        ),
        reference=_JOIN,
        mistakes=(
            Mistake("always joins all it can", _JOIN.replace("[0] *", "[] *"), _LARGER),
            Mistake("searches for the least", _JOIN_BY_SEARCH, {Tier.COMPLEX}),
        ),
        solve=_join,
        draw=_pieces,
        edges=lambda k, f: [lines([len(a)], a) for a in ([1, 1], [], [1000], [7] * k)],
    ),
)
