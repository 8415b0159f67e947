"""Tasks on maps of square cells: a drive over one, and the regions of one."""

from collections import Counter
from random import Random

from tarot.data.starter.contest.family import ContestFamily, lines
from tarot.data.starter.family import Mistake, each
from tarot.types import Tier

_LARGER = {Tier.INTERMEDIATE, Tier.COMPLEX}

_HEADINGS = {"north": -1, "east": 1j, "south": 1, "west": -1j}
_TURNS = {"R": -1j, "right": -1j, "L": 1j, "left": 1j, "around": -1}
_PATROL = """
import sys
words = sys.stdin.read().split()
height, width, times = map(int, words[:3])
orders, rows = words[3], words[4:]
ways = [(-1, 0), (0, 1), (1, 0), (0, -1)]
turns = {"R": 1, "right": 1, "around": 2, "L": 3, "left": 3}
row, column = divmod("".join(rows).index("S"), width)
way = ["north", "east", "south", "west"].index(FACING)
places, seen = [], {}
while (row, column, way) not in seen:
    seen[row, column, way] = len(places)
    places.append((row, column))
    for order in orders:
        if order in turns:
            way = (way + turns[order]) % 4
        for _ in range(K if order == "F" else 0):
            ahead = (row + ways[way][0]) % height, (column + ways[way][1]) % width
            if rows[ahead[0]][ahead[1]] == "#":
                way = (way + turns[TURN]) % 4
                break
            row, column = ahead
first = seen[row, column, way]
row, column = places[times if times < first else first + (times - first) % (len(places) - first)]
print(row + 1, column + 1)
"""
_PATROL_ALL = f"{_PATROL[: _PATROL.index('first')]}print(row + 1, column + 1)"


def _patrol(text: str, k: int, facing: str, turn: str, *, stubborn: bool = False) -> str:
    height, width, times, orders, *rows = text.split()
    cells = {complex(r, c): sign for r, row in enumerate(rows) for c, sign in enumerate(row)}

    def drive(place: complex, heading: complex) -> tuple[complex, complex]:
        for order in orders:
            heading *= _TURNS.get(order, 1)
            for _ in range(k if order == "F" else 0):
                ahead = place + heading
                ahead = complex(ahead.real % int(height), ahead.imag % int(width))
                heading *= _TURNS[turn] if cells[ahead] == "#" else 1
                if cells[ahead] != "#":
                    place = ahead
                elif not stubborn:
                    break
        return place, heading

    rounds, leap = int(times), {(at, to): drive(at, to) for at in cells for to in (1, -1, 1j, -1j)}
    state = next(place for place, sign in cells.items() if sign == "S"), _HEADINGS[facing]
    while rounds:
        state = leap[state] if rounds % 2 else state
        leap, rounds = {start: leap[end] for start, end in leap.items()}, rounds // 2
    return f"{state[0].real + 1:.0f} {state[0].imag + 1:.0f}"


def _drives(tier: Tier, rng: Random, k: int, facing: str, turn: str) -> str:
    large = tier is Tier.COMPLEX
    side, num_orders, most = (14, 20, 10**15) if large else (6, 5, 9)
    while True:
        cells = rng.choices(".....#", k=side * (side + 1))
        cells[rng.randrange(len(cells))] = "S"
        rows = ["".join(cells[start : start + side]) for start in range(0, len(cells), side)]
        size = [side + 1, side, rng.randint(most // 2, most) if tier is not Tier.BASIC else 1]
        text = lines(size, "".join(rng.choices("FFLR", k=num_orders)), *rows)
        bumps = _patrol(text, k, facing, turn) != _patrol(text, k, facing, turn, stubborn=True)
        if bumps is not (tier is Tier.BASIC):
            return text


_ROVER = ContestFamily(
    name="rover_on_a_round_world",
    topic="grids",
    parameters=each(k=range(2, 7), facing=tuple(_HEADINGS), turn=("left", "right", "around")),
    statements=(
        "A rover stands on cell S of a map whose opposite borders meet, facing {facing} (north is "
        "up). Order L or R turns it left or right by 90 degrees; F makes it drive {k} cells, one "
        "by one, but before a rock # it turns {turn} instead and F is over. It runs the whole list "
        "of orders t times. The input is: the map's height, its width and t (at most 10^15, maybe "
        "0), the list, the map. Print its final row and column, counted from 1.",
        "Simulate a robot in a world of r rows and c columns, a torus: beyond the last row or "
        "column comes the first, and the other way round. It begins on the S of the map, heading "
        "{facing}. A step into # is not made; the robot turns {turn} and drops the rest of its "
        "move. Instructions: F moves {k} steps, L and R turn left and right. Line one holds r, c "
        "and t with 0 <= t <= 10^15, line two the instructions, to be carried out t times over; "
        "the map follows. Output row and column at the end, from 1 on.",
        "Where does the vacuum cleaner stop? Read height, width and a number of repetitions, a "
        "program of letters F, L, R, and a floor plan of dots, obstacles # and one S, its start. "
        "Doors connect left with right edge and top with bottom edge. L, R: quarter turn on the "
        "spot. F: {k} times one cell ahead, yet at an obstacle the device turns {turn}, stays and "
        "goes on with the program's next letter. Its first direction is {facing}, where north is "
        "the top. There can be none to 10^15 repetitions. Print the row and the column (the top "
        "left is 1 1).",
        "Print the position, row and column counted from 1, of a spider on a cylinder glued to a "
        "ring, so that a map of h lines and w characters wraps in both directions. It starts at S "
        "and looks {facing}, to the top being north. After every F in its score it runs up to {k} "
        "cells straight on; met by a # it halts, makes a turn {turn}, and the F has ended. L and R "
        "are turns to the left and right by a right angle. The whole score is played m times (0 <= "
        "m <= 10^15). Input: h w m, the score, the map.",
        "Given a line with h, w and n, a line of commands and h lines of w characters (. free, # "
        "blocked, S the free start), let a cart obey all commands, n times in a row; n can be 0 "
        "and as large as 10^15. F: go on for {k} cells, leaving the map on one side means coming "
        "back on the other; a blocked cell ahead ends the command with a turn {turn}. L and R: "
        "turn 90 degrees left or right. The cart points {facing} at first, up on the map being "
        "north. Tell its cell in the end as row and column, both from 1.",
    ),
    reference=_PATROL,
    mistakes=(
        Mistake("turns but drives on", _PATROL.replace("break", "continue"), _LARGER),
        Mistake(
            "drives at least once",
            _PATROL.replace("first = ", "times = max(1, times)\nfirst = "),
            {Tier.EDGE},
        ),
        Mistake(
            "drives every round",
            _PATROL_ALL.replace("while (row, column, way) not in seen", "for _ in range(times)"),
            {Tier.COMPLEX},
        ),
    ),
    solve=_patrol,
    draw=_drives,
    edges=lambda k, facing, turn: (
        lines([k + 1, k + 1, 0], "F", f"S{'.' * k}", *["." * (k + 1)] * k),
        "1 1 5\nFL\nS\n",
        "1 3 2\nFLF\n.S.\n",
        "3 3 4\nFF\n###\n#S#\n###\n",
    ),
)

_COUNT_BASINS = """
import sys
height, width, *rows = sys.stdin.read().split()
height, width = int(height), int(width)
low = {(r, c) for r in range(height) for c in range(width) if int(rows[r][c]) <= LEVEL}
count = 0
while low:
    start = low.pop()
    basin = [start]
    for r, c in basin:
        near = low & {(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)}
        low -= near
        basin += near
    closed = all(0 < r < height - 1 and 0 < c < width - 1 for r, c in basin)
    count += closed and len(basin) >= AREA
print(count)
"""


def _count_basins(text: str, level: int, area: int) -> int:
    height, width, *rows = text.split()
    size, land = int(width), "".join(rows)
    head = list(range(len(land) + 1))

    def find(place: int) -> int:
        while head[place] != place:
            head[place] = head[head[place]]
            place = head[place]
        return place

    low = {place for place, digit in enumerate(land) if int(digit) <= level}
    for place in low:
        row, column = divmod(place, size)
        if row in (0, int(height) - 1) or column in (0, size - 1):
            head[find(place)] = find(len(land))
        for near in (place - size, place - 1 if column else -1):
            if near in low:
                head[find(place)] = find(near)
    sizes = Counter(find(place) for place in low)
    return sum(many >= area for root, many in sizes.items() if root != find(len(land)))


def _terrain(tier: Tier, rng: Random, level: int, area: int) -> str:
    large = tier is Tier.COMPLEX
    width = 80 if large else area + 6

    def row(num_low: int) -> str:
        start = rng.randint(1, width - 1 - num_low)
        low, high = "0123456789"[: level + 1], "0123456789"[level + 1 :]
        digits = rng.choices(high, k=width)
        digits[start : start + num_low] = rng.choices(low, k=num_low)
        return "".join(digits)

    sizes = [rng.choice((area - 1, area + 1, area + 2)) for _ in range(rng.randint(3, 5))]
    rows = []
    if tier is not Tier.BASIC:
        sizes = [area, *rng.choices([area, *sizes], k=rng.randint(20, 40) if large else 2)]
        rows = ["".join(rng.choices("0123456789", k=width)) for _ in range(80 if large else 3)]
    for size in sizes:
        rows += [row(0), row(size)]
    if large:
        rows += [row(0), *[row(width - 2) for _ in range(60)]]
    return lines([len(rows) + 1, width], *rows, row(0))


_BASINS = ContestFamily(
    name="closed_basins",
    topic="grids",
    parameters=each(level=range(1, 8), area=range(2, 10)),
    statements=(
        "A map has heights from 0 to 9, one digit for each cell. After rain, water stands in the "
        "cells of height {level} or less. Cells with water that share a side form a lake, but one "
        "with a cell at the border of the map runs dry. Print how many lakes of at least {area} "
        "cells stay. The first line has the numbers of rows and columns, then come the rows; both "
        "numbers may be 0, for no map and no lake.",
        "Given r and c, and r lines of c digits each, count the 4-connected components of the "
        "digits not above {level} that have {area} or more cells and do not touch the outermost "
        "rows and columns. r and c are at most 300; if they are 0, there is nothing to count and "
        "the answer is 0.",
        "How many craters are on a photo of a planet? A crater is a group of dark pixels, as large "
        "as possible, each reached from each by steps up, down, left and right inside the group. "
        "Its size is {area} pixels at least, and none of them is in the first or last line or "
        "column. Pixels are digits, dark from 0 to {level}. Read height and width (0 0 for an "
        "empty photo) and the lines.",
        "Find the ponds in a garden. The input gives the garden's length and width, then for every "
        "square metre a digit, its height, without spaces. Neighbours are squares with a common "
        "edge. A pond consists of all squares of height at most {level} that a duck can reach from "
        "one of them by swimming to neighbours of that kind. Count only ponds of {area} squares or "
        "more that keep off the garden's edge. A garden of size 0 0 has 0.",
        "Print the number of enclosed regions in a table of digits. To a region belong cells with "
        "values up to {level}, connected through common sides, and all such cells next to it. "
        "Enclosed means that it does not contain any cell of the table's rim; regions of fewer "
        "than {area} cells are ignored. On the first line stand the counts of lines and of digits "
        "in a line, on the others the table. It can be empty: 0 0.",
    ),
    reference=_COUNT_BASINS,
    mistakes=(
        Mistake("wants a larger area", _COUNT_BASINS.replace(">= AREA", "> AREA"), _LARGER),
        Mistake(
            "wants a first row",
            _COUNT_BASINS.replace("int(height), int(width)", "len(rows), len(rows[0])"),
            {Tier.EDGE},
        ),
        Mistake(
            "floods each basin from all its cells",
            _COUNT_BASINS.replace("while low:\n    start = low.pop()", "for start in low:")
            .replace("low -= near", "near -= {*basin}")
            .replace("closed = ", "closed = start == min(basin) and "),
            {Tier.COMPLEX},
        ),
    ),
    solve=_count_basins,
    draw=_terrain,
    edges=lambda level, area: (
        "0 0\n",
        "1 1\n0\n",
        "3 3\n000\n000\n000\n",
        f"3 {area + 3}\n{'9' * (area + 3)}\n9{'0' * (area + 1)}9\n{'9' * (area + 3)}\n",
    ),
)
TRAINED = (_ROVER, _BASINS)
UNSEEN = ()
