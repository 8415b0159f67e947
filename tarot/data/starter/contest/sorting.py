"""Tasks that become easy once something is put in the right order."""

from bisect import bisect_right, insort
from collections import Counter
from itertools import accumulate, pairwise
from random import Random

from tarot.data.starter.contest.family import ContestFamily, lines
from tarot.data.starter.family import Mistake, each
from tarot.types import Tier

_LARGER = {Tier.INTERMEDIATE, Tier.COMPLEX}

_RANK = """
import sys
n, *a = map(int, sys.stdin.read().split())
a.sort(key=lambda x: (x % K, -x))
print(*(a[:J] or ["none"]))
"""
_RANK_BY_SELECTION = """
import sys
n, *a = map(int, sys.stdin.read().split())
ranked = []
while a:
    ranked.append(min(a, key=lambda x: (x % K, -x)))
    a.remove(ranked[-1])
print(*(ranked[:J] or ["none"]))
"""


def _rank(text: str, k: int, j: int) -> str:
    numbers = sorted(map(int, text.split()[1:]), reverse=True)
    ranked = [x for rest in range(k) for x in numbers if (x - rest) % k == 0]
    return " ".join(map(str, ranked[:j])) or "none"


def _residues(tier: Tier, rng: Random, k: int, j: int) -> str:
    if tier is Tier.BASIC:
        rests = rng.sample(range(k), rng.randint(3, 4))
        return lines([len(rests)], [rest + k * rng.randint(0, 9) for rest in rests])
    num, most = (26_000, 10**7) if tier is Tier.COMPLEX else (rng.randint(6, 10), 3 * k)
    # Two multiples of k, the greater one last, tell who leaves ties as they come.
    return lines([num], [k, *rng.choices(range(-most, most), k=num - 2), k * most])


_COUNT_PAIRS = """
import sys
def count(part):
    if len(part) < 2:
        return 0, part
    middle = len(part) // 2
    (x, left), (y, right) = count(part[:middle]), count(part[middle:])
    pairs, i = x + y, 0
    for value in right:
        while i < len(left) and left[i] <= M * value + K:
            i += 1
        pairs += len(left) - i
    return pairs, sorted(left + right)
n, *a = map(int, sys.stdin.read().split())
print(count(a)[0])
"""
_COUNT_PAIRS_ONE_BY_ONE = """
import sys
n, *a = map(int, sys.stdin.read().split())
print(sum(a[i] > M * a[j] + K for j in range(n) for i in range(j)))
"""


def _count_pairs(text: str, m: int, k: int) -> int:
    pairs, earlier = 0, list[int]()
    for value in map(int, text.split()[1:]):
        pairs += len(earlier) - bisect_right(earlier, m * value + k)
        insort(earlier, value)
    return pairs


def _values(tier: Tier, rng: Random, m: int, k: int) -> str:
    if tier is Tier.BASIC:
        # Of multiples of k + 1, none is exactly k more than m times another.
        values = [(k + 1) * rng.randint(0, 9) for _ in range(rng.randint(5, 7))]
        return lines([len(values)], values)
    num, most = (36_000, 9999) if tier is Tier.COMPLEX else (rng.randint(7, 11), 3 * k)
    low = rng.randint(-9, 9)
    return lines([num], [*rng.choices(range(-most, most), k=num - 2), m * low + k, low])


_HEIGHT = """
import sys
n, *a = map(int, sys.stdin.read().split())
a.sort(reverse=True)
h = 0
while (h + 1) * M <= n and a[(h + 1) * M - 1] >= h + 1 + K:
    h += 1
print(h)
"""
_HEIGHT_BY_COUNTING = """
import sys
n, *a = map(int, sys.stdin.read().split())
print(max(h for h in range(n + 1) if sum(x >= h + K for x in a) >= M * h))
"""


def _height(text: str, m: int, k: int) -> int:
    sizes = Counter(map(int, text.split()[1:]))
    enough, h = 0, max(sizes, default=0) + 1
    while enough < m * h:
        h -= 1
        enough += sizes[h + k]
    return h


def _beams(tier: Tier, rng: Random, m: int, k: int) -> str:
    few, many = (2000, 6000) if tier is Tier.COMPLEX else (1, 4)
    h = rng.randint(few, many)
    short = [rng.randint(0, h + k - 1) for _ in range(36_000 - m * h if few > 1 else m)]
    # The last of the m * h that are long enough is just so, but for the basic tier.
    last = h + k + (tier is Tier.BASIC)
    beams = [last, *(rng.randint(last, last + many) for _ in range(m * h - 1)), *short]
    return lines([len(beams)], rng.sample(beams, len(beams)))


_CLUSTER = """
import sys
n, *a = map(int, sys.stdin.read().split())
groups = []
for x in sorted(a):
    if not groups or x - groups[-1][-1] > K:
        groups.append([])
    groups[-1].append(x)
groups.sort(key=len, reverse=True)
print(*([groups[J - 1][0], groups[J - 1][-1]] if J <= len(groups) else ["none"]))
"""
_CLUSTER_BY_MERGING = """
import sys
n, *a = map(int, sys.stdin.read().split())
groups = []
for x in a:
    near = [g for g in groups if any(abs(x - y) <= K for y in g)]
    groups = [g for g in groups if g not in near] + [sum(near, [x])]
groups.sort(key=lambda g: (-len(g), min(g)))
print(f"{min(groups[J - 1])} {max(groups[J - 1])}" if J <= len(groups) else "none")
"""


def _cluster(text: str, k: int, j: int) -> str:
    values = sorted(map(int, text.split()[1:]))
    starts = [i for i, x in enumerate(values) if i == 0 or values[i - 1] < x - k]
    runs = sorted((i - end, i, end) for i, end in pairwise([*starts, len(values)]))
    return "none" if j > len(runs) else f"{values[runs[j - 1][1]]} {values[runs[j - 1][2] - 1]}"


def _stars(tier: Tier, rng: Random, k: int, j: int) -> str:
    num, most = (3000, 14) if tier is Tier.COMPLEX else (rng.randint(j, j + 2), 3)
    widest = k - 1 if tier is Tier.BASIC else k
    values, at = list[int](), rng.randint(-9 * k, 9 * k)
    for _ in range(num):
        values += accumulate([at, widest, *rng.choices(range(widest + 1), k=rng.randint(0, most))])
        at = values[-1] + rng.randint(k + 1, 3 * k)
    rng.shuffle(values)
    return lines([len(values)], values)


TRAINED = (
    ContestFamily(
        name="remainder_ranking",
        topic="sorting",
        parameters=each(k=range(4, 14), j=range(2, 8)),
        statements=(
            "Given n <= 30000 and, a line below, n integers of size up to 10^9, order them by "
            "remainder modulo {k} (0 to {k} - 1 for negative ones too), equal remainders by "
            "falling value. Print the first {j} in a line, all if there are fewer, none if n = 0.",
            "Parcel x lies in row x mod {k} of {k} rows; row numbers start at 0, and parcel -1 is "
            "in the last. A courier empties row after row, each by falling number. Read a count "
            "(30000 at most), then the parcels (within +-10^9); output on a line the {j} that "
            "come out first (all of fewer; the word none if there is no parcel).",
            "Rank integers by what floor division by {k} leaves over, never below zero: less is "
            "better, and the larger integer wins a tie. Input: the length of a list, 0 to 30000, "
            "then its members, at most 10^9 in size. Output: the best {j} on a line, the whole "
            "list if shorter, none if empty.",
            "Sort by a custom key: ascending non-negative residue mod {k}, then descending value. "
            "After its size, up to 30000, comes an array (entries from -10^9 to 10^9). Write the "
            "leading {j} entries once sorted, or all there are; for no entries write none.",
            "Lottery tickets with rest 0 upon division by {k} are called before those with rest 1 "
            "and so on (no rest is negative, though tickets may be); of one rest, high ones "
            "first. You get how many were sold (at most 30000) and below which, |t| <= 10^9. "
            "Announce in a row the {j} called first, all if fewer were sold, none for no ticket.",
        ),
        reference=_RANK,
        mistakes=(
            Mistake("takes ties as they come", _RANK.replace(", -x)", ",)"), _LARGER),
            Mistake("prints nothing for nothing", _RANK.replace(' or ["none"]', ""), {Tier.EDGE}),
            Mistake("takes out the best again and again", _RANK_BY_SELECTION, {Tier.COMPLEX}),
        ),
        solve=_rank,
        draw=_residues,
        edges=lambda k, j: [lines([len(a)], a) for a in ([], [-1], [-k] * (j + 1), [k - 1, k - 2])],
    ),
    ContestFamily(
        name="far_inversions",
        topic="sorting",
        parameters=each(m=(2, 3, 4), k=range(1, 21)),
        statements=(
            "Given integers a_1 to a_n, count the pairs i < j for which a_i is greater than {m} * "
            "a_j + {k}. The input is n (0 <= n <= 40000) on the first line and the integers, each "
            "from -10^9 to 10^9, on the second, which is empty if n = 0.",
            "A shop lists its prices day by day. Two days, neighbours or not, are a crash if the "
            "earlier price exceeds {m} times the later one by more than {k}; prices may be "
            "negative. First comes the number of days, 0 to 40000, then all prices (size 10^9 at "
            "most). How many crashes are there?",
            "Position p dominates a position q to its right when the value at p, less {k}, is "
            "still strictly above {m} times the value at q. Read a length (at most 40000) and so "
            "many values in [-10^9, 10^9]; output for how many (p, q) p dominates q.",
            "Strong inversions of a list are its element pairs x before y, at any distance, with "
            "x > {m}y + {k}; equality does not count. Print their number. You get the list's size "
            "(40000 at most, maybe 0) and on another line the list, absolute values up to 10^9.",
            "Players enter a hall one by one. Whoever enters is greeted by each player inside "
            "whose strength is larger than {k} plus {m} times the newcomer's. Line one: how many "
            "players, 0 to 40000. Line two: their strengths by order of entry, integers, |s| <= "
            "10^9. Compute the total of greetings.",
        ),
        reference=_COUNT_PAIRS,
        mistakes=(
            Mistake("counts equality", _COUNT_PAIRS.replace("<= M", "< M"), _LARGER),
            Mistake("splits nothing for ever", _COUNT_PAIRS.replace("< 2", "== 1"), {Tier.EDGE}),
            Mistake("compares all pairs", _COUNT_PAIRS_ONE_BY_ONE, {Tier.COMPLEX}),
        ),
        solve=_count_pairs,
        draw=_values,
        edges=lambda m, k: [lines([len(a)], a) for a in ([], [m], [-k - 5] * 4, [10**9, 0, -k])],
    ),
    ContestFamily(
        name="scaled_h_index",
        topic="sorting",
        parameters=each(m=(2, 3, 4, 5), k=range(6, 26)),
        statements=(
            "Find the largest integer h >= 0 for which at least {m} * h of the given numbers are "
            "{k} + h or more; h = 0 always qualifies. The first line has their count n, 0 <= n <= "
            "40000, the next the n numbers, between 0 and 10^6. Print h.",
            "A blog reaches level h when {m} times h of its posts have h + {k} readers each or "
            "beyond; every blog is at level 0. You get the number of posts, 40000 at most and "
            "maybe none, then the readers of each, up to 10^6. What is its highest level?",
            "Impact is stricter than the h-index: it asks not for h papers with h citations, but "
            "for {m}h papers with no fewer than h + {k}. Output the maximal h. Read the number of "
            "papers (<= 40000; for 0 papers it is 0) and a line of citations, at most 10^6.",
            "Sort values in falling order, v_1 first. h > 0 fits if v at index {m} * h exists and "
            "is not below h + {k}. Output the greatest h that fits, 0 if not even 1 does. Their "
            "count (40000 at most, maybe 0) is on a line, then come the values, in 0..10^6.",
            "A tower of h floors needs {m} * h beams, none shorter than {k} + h metres. From a "
            "list of beams compute how many floors the tallest tower has, 0 if they do not "
            "suffice for one. Format: number of beams (<= 40000), newline, lengths (<= 10^6).",
        ),
        reference=_HEIGHT,
        mistakes=(
            Mistake("wants longer ones", _HEIGHT.replace(">=", ">"), _LARGER),
            Mistake("walks off the end", _HEIGHT.replace("(h + 1) * M <= n and ", ""), {Tier.EDGE}),
            Mistake("counts anew for each h", _HEIGHT_BY_COUNTING, {Tier.COMPLEX}),
        ),
        solve=_height,
        draw=_beams,
        edges=lambda m, k: [lines([len(a)], a) for a in ([], [10**6] * m, [k] * m, [0])],
    ),
)
UNSEEN = (
    ContestFamily(
        name="jth_largest_cluster",
        topic="sorting",
        parameters=each(k=range(3, 19), j=range(2, 6)),
        statements=(
            "Sort n integers; a cluster begins wherever neighbours differ by over {k}. Clusters "
            "rank by falling size, equal ones by rising values. Print the first and last value of "
            "the {j}th, none if missing. Input: n (0 to 40000), then integers, |x| <= 10^6.",
            "Stars sit on whole points of a line, several maybe on one. You hop at most {k} from "
            "star to star, and where you get to is one constellation. Where does the {j}th start "
            "and end, counted from the most stars down and, if equal, from the left? Read a count "
            "(<= 40000), then points (+-10^6). Say none if it is missing.",
            "Photos belong to one event if no two that follow each other in time are over {k} "
            "seconds apart. Order events by number of photos, largest first, then by time. Given "
            "a count up to 40000 and a line of unordered times (size <= 10^6), write when event "
            "{j} began and ended, or none if not so many exist.",
            "Call two values linked when their distance is {k} or less, and take connected "
            "components, biggest component first, a tie going to the lower values. For component "
            "number {j} report minimum and maximum on one line; report none when fewer are found. "
            "The list (in -10^6..10^6) follows its length, 0..40000.",
            "A pipe has leaks at integer metres between -10^6 and 10^6, given in any order after "
            "their number (40000 or less). A gap above {k} between consecutive leaks separates "
            "two sections. Which span has the {j}th worst section, by leaks, the smaller metres "
            "winning ties? Two numbers, or none without such a section.",
        ),
        reference=_CLUSTER,
        mistakes=(
            Mistake("parts at the exact gap", _CLUSTER.replace("> K", ">= K"), _LARGER),
            Mistake("takes it to exist", _CLUSTER.replace("J <= len(groups)", "True"), {Tier.EDGE}),
            Mistake("compares all with all", _CLUSTER_BY_MERGING, {Tier.COMPLEX}),
        ),
        solve=_cluster,
        draw=_stars,
        edges=lambda k, j: [lines([len(a)], a) for a in ([], [5] * j, range(0, j * k + j, k + 1))],
    ),
)
