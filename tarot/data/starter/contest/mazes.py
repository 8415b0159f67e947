"""Tasks on the best way through a map of square cells."""

from bisect import bisect_left
from random import Random

from tarot.data.starter.contest.family import ContestFamily, lines
from tarot.data.starter.family import Mistake, each
from tarot.types import Tier

_LARGER = {Tier.INTERMEDIATE, Tier.COMPLEX}

_ESCAPE = """
import sys
height, width, *rows = sys.stdin.read().split()
signs = {(r, c): sign for r, row in enumerate(rows) for c, sign in enumerate(row) if sign != "#"}
def sides(r, c):
    return [side for side in ((r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)) if side in signs]
def spread(source, wet):
    steps = {cell: 0 for cell in signs if signs[cell] == source}
    queue = list(steps)
    for cell in queue:
        for side in sides(*cell):
            if side not in steps and steps[cell] + 1 < W + K * wet.get(side, 10**9):
                steps[side] = steps[cell] + 1
                queue.append(side)
    return steps
steps = spread("S", spread("W", {}))
print(min([steps[cell] for cell in steps if signs[cell] == "E"], default="trapped"))
"""
_ESCAPE_ALL_WAYS = """
sys.setrecursionlimit(10**6)
wet = spread("W", {})
def best(cell, minute, seen):
    if signs[cell] == "E":
        return minute
    found = 10**9
    for side in sides(*cell):
        if side not in seen and minute + 1 < W + K * wet.get(side, 10**9):
            found = min(found, best(side, minute + 1, seen + [side]))
    return found
[start] = [cell for cell in signs if signs[cell] == "S"]
least = best(start, 0, [start])
print("trapped" if least == 10**9 else least)
"""


def _escape(text: str, k: int, w: int) -> int | str:
    rows = text.split()[2:]
    land = {complex(r, c): sign for r, row in enumerate(rows) for c, sign in enumerate(row)}

    def beside(cells: set[complex]) -> set[complex]:
        sides = {cell + step for cell in cells for step in (1, -1, 1j, -1j)}
        return {side for side in sides if land.get(side, "#") != "#"}

    exits, front, here = ({cell for cell in land if land[cell] == sign} for sign in "EWS")
    wet: set[complex] = set()
    been: set[complex] = set()
    minute = 0
    while here and not here & exits:
        been |= here
        minute += 1
        if minute >= w and (minute - w) % k == 0:
            wet |= front
            front = beside(front) - wet
        here = beside(here) - wet - been
    return minute if here else "trapped"


def _rooms(tier: Tier, rng: Random, k: int, w: int) -> str:
    flood, more = rng.randint(2, 4), rng.randint(1, 9)
    if tier is Tier.BASIC:
        corridor = f"S{'.' * more}E{'.' * (more + flood)}W"
    else:
        flood += 10 if tier is Tier.COMPLEX else 0
        far = w + k * flood
        corridor = f"W{'.' * (flood - 1)}E{'.' * (far - 1)}S{'.' * (far + more - 1)}E"
    num_rows, weights = (60, (7, 3)) if tier is Tier.COMPLEX else (1, (2, 8))
    rows = ["".join(rng.choices(".#", weights, k=len(corridor))) for _ in range(2 * num_rows)]
    rows.insert(num_rows, corridor)
    return lines([len(rows), len(corridor)], *rows)


_FLOOD = ContestFamily(
    name="outrun_the_flood",
    topic="grids",
    parameters=each(k=range(1, 8), w=range(1, 20, 3)),
    statements=(
        "A cave has rooms in a grid: S where you are, E exits, W springs, other rooms . and solid "
        "rock #. In minute {w} water fills the springs, and {k} minutes after a room it fills the "
        "rooms next to it (rock stops it). You start in minute 0 and go to a room on one of four "
        "sides each minute, but only into rooms that are still dry in the minute you arrive, "
        "springs included. Read rows, columns and the map, and print the earliest minute at an "
        "exit, or trapped.",
        "Read h, w and an h by w map with one S, any number of E and W, and . and #. A cell that "
        "is d >= 0 steps from the nearest W, stepping between side neighbours other than #, burns "
        "from time {w} + {k}*d on; cells no W can reach never burn. Starting on S at time 0 you "
        "make one such step per time unit and must arrive everywhere before it burns. When can you "
        "be on an E first? If never, output trapped.",
        "Lava is about to leave the vents W of a mine at second {w}, and it takes {k} seconds to "
        "spread from a field to the fields beside, above and below, but not through walls #. "
        "Miners at S run one field per second from second 0, also over vents that are quiet yet. "
        "To enter a field in the second in which lava gets there is too late. Given the size and "
        "the plan of the mine (rows of S, E, W, #, .), print how many seconds the fastest rescue "
        "at any lift E takes, or trapped if there is none.",
        "Print the length of the shortest path on a grid from S to any E that a ghost cannot foil, "
        "or trapped when no path will do. Paths step to 4-neighbours and avoid #. Ghosts sit at "
        "all W and haunt these cells from tick {w}; every {k} ticks they take the 4-neighbours, "
        "except #, of all they haunt. The i-th cell of a path, S being the 0th, is entered at tick "
        "i, and must not be haunted at this tick. Input: number of rows, number of columns, rows.",
        "Can the mouse leave the cellar dry? Pipes at the places W burst at tick {w}, and are safe "
        "to cross before. Each wet place wets its neighbours (left, right, before, behind; no "
        "bricks #) {k} ticks later. From S at tick 0 the mouse moves one place a tick, never to a "
        "place that is wet already or gets wet at this very tick. Holes to leave by are marked E, "
        "free places with a dot. Input: height and width, then the plan. Print the ticks to the "
        "nearest hole that it can get to, or trapped.",
    ),
    reference=_ESCAPE,
    mistakes=(
        Mistake("enters as water does", _ESCAPE.replace("+ 1 < W", "+ 1 <= W"), _LARGER),
        Mistake("trusts in a way", _ESCAPE.replace(', default="trapped"', ""), {Tier.EDGE}),
        Mistake(
            "tries all ways",
            _ESCAPE[: _ESCAPE.index('steps = spread("S"')] + _ESCAPE_ALL_WAYS,
            {Tier.COMPLEX},
        ),
    ),
    solve=_escape,
    draw=_rooms,
    edges=lambda k, w: (
        "3 4\n####\n#S#E\n####\n",
        "1 2\nSE\n",
        f"1 {w + k + 1}\nS{'.' * (w + k - 2)}EW\n",
        "2 2\nS.\n.W\n",
    ),
)

_HIKE = """
import heapq, sys
height, width, *heights = map(int, sys.stdin.read().split())
least, heap = {}, [(0, 0, 0)]
while heap:
    effort, r, c = heapq.heappop(heap)
    if (r, c) in least:
        continue
    least[r, c] = effort
    for y, x in (r, c + 1), (r + 1, c), (r, c - 1), (r - 1, c):
        if 0 <= y < height and 0 <= x < width:
            rise = heights[y * width + x] - heights[r * width + c]
            heapq.heappush(heap, (max(effort, rise * UP, -rise * DOWN), y, x))
print(least[height - 1, width - 1])
"""
_HIKE_HARDER = """
import sys
height, width, *heights = map(int, sys.stdin.read().split())
effort, seen = -1, set()
while (height - 1, width - 1) not in seen:
    effort, queue = effort + 1, [(0, 0)]
    seen = set(queue)
    for r, c in queue:
        for y, x in (r, c + 1), (r + 1, c), (r, c - 1), (r - 1, c):
            if 0 <= y < height and 0 <= x < width and (y, x) not in seen:
                rise = heights[y * width + x] - heights[r * width + c]
                if max(rise * UP, -rise * DOWN) <= effort:
                    seen.add((y, x))
                    queue.append((y, x))
print(effort)
"""


def _hike(text: str, up: int, down: int) -> int:
    _, width, *heights = map(int, text.split())
    steps: list[list[tuple[int, int]]] = [[] for _ in heights]
    for place, here in enumerate(heights):
        for near in (place + 1, place + width):
            if near < len(heights) and (near == place + width or near % width):
                rise = heights[near] - here
                steps[place].append((max(rise * up, -rise * down), near))
                steps[near].append((max(-rise * up, rise * down), place))

    def arrives(effort: int) -> bool:
        queue, seen = [0], {0}
        for place in queue:
            fresh = [to for cost, to in steps[place] if cost <= effort and to not in seen]
            queue += fresh
            seen.update(fresh)
        return len(heights) - 1 in seen

    costs = sorted({0, *(cost for some in steps for cost, _ in some)})
    return costs[bisect_left(costs, True, key=arrives)]


def _slopes(tier: Tier, rng: Random, up: int, down: int) -> str:
    thick, bands, most = (5, 13, 500) if tier is Tier.COMPLEX else (1, rng.choice((3, 4)), 9)
    side = bands * (thick + 1) - 1
    grid = [[rng.randint(-most, most) for _ in range(side)] for _ in range(side)]
    for ridge in range(thick, side, thick + 1):
        gap = 0 if ridge // (thick + 1) % 2 else side - 1
        grid[ridge] = [here + 10**7 * (c != gap) for c, here in enumerate(grid[ridge])]
    if tier is Tier.BASIC:
        grid = [[rng.randint(0, 9) for _ in range(side)]]
        grid += [[500] * (side - 1) + [rng.randint(0, 9)] for _ in range(1, side)]
    if tier is Tier.COMPLEX:
        column = rng.randint(1, side - 2)
        for row in grid[-2 * (thick + 1) :]:
            row[column] += rng.randint(50_000, 60_000)
    return lines([side, side], *grid)


_TRAIL = ContestFamily(
    name="gentlest_trail",
    topic="grids",
    parameters=each(up=range(1, 10), down=range(1, 10)),
    statements=(
        "A trail leads over a grid of heights from the top left to the bottom right cell, each "
        "time to a cell above, below, left or right of the last one. Going x metres up takes an "
        "effort of {up}*x, going x metres down one of {down}*x, going level none. The trail is as "
        "hard as its hardest step. Read the numbers of rows and columns and the rows of integers, "
        "and print how hard the easiest trail is; for a single cell print 0.",
        "Given h, w and an h by w matrix of integers, define the weight of a move from a cell with "
        "value a to one of its up to four side neighbours with value b as {up}*(b-a) if b > a and "
        "{down}*(a-b) otherwise. Find a path from the first cell of the first row to the last cell "
        "of the last row that minimises the maximum weight of its moves, and output that maximum. "
        "A path without moves has maximum 0.",
        "A robot can be built for any power p, and needs the least p with which it crosses a yard. "
        "The yard consists of r rows of c square tiles at given levels, negative ones too. To roll "
        "to an adjacent tile (they share a side) that is d higher it needs p >= {up}*d, for one "
        "that is d lower its brakes ask for p >= {down}*d. It enters at tile (1, 1) and leaves "
        "from tile (r, c). Input: r, c, levels row by row. Output p, an integer, not below 0.",
        "What does a ski tour ask of you at least? Your map is a table of altitudes: its first "
        "line tells the height and width of the table, the rest is the table. You start in the "
        "upper left corner and finish in the lower right one, and every stage takes you to the "
        "next field north, south, east or west. Stages uphill count {up} points a metre, downhill "
        "{down}, flat ones zero. Only the stage with most points matters. Print its points on the "
        "tour where they are fewest, 0 if start is finish.",
        "Print the smallest number t for which water pumped from cell (1, 1) of a terrain can be "
        "led to its last cell, in the last row and column, by channels between side neighbours of "
        "difficulty t or less. Difficulty depends on direction: {up} for every unit of rise on the "
        "way plus {down} for every unit of fall; one channel only does one of both. The terrain "
        "has its size on line one, rows then columns, and its levels on the other lines. t is at "
        "least 0, which is enough where no channel is needed.",
    ),
    reference=_HIKE,
    mistakes=(
        Mistake("never turns back", _HIKE.replace(", (r, c - 1), (r - 1, c)", ""), _LARGER),
        Mistake("takes maps for square", _HIKE.replace("* width", "* height"), {Tier.EDGE}),
        Mistake("tries effort by effort", _HIKE_HARDER, {Tier.COMPLEX}),
    ),
    solve=_hike,
    draw=_slopes,
    edges=lambda up, down: (
        "3 1\n5\n9\n5\n",
        "1 1\n7\n",
        "2 2\n4 4\n4 4\n",
        "1 3\n0 -50 90\n",
    ),
)
TRAINED = (_FLOOD,)
UNSEEN = (_TRAIL,)
