"""Families on one line of integers."""

from tarot.data.starter.family import BEYOND_BASIC, Mistake, each
from tarot.data.starter.line_family import LineFamily
from tarot.data.starter.shapes import LIST
from tarot.types import Tier

TRAINED = (
    LineFamily(
        name="sum_multiples",
        shape=LIST,
        parameters=each(k=range(2, 60)),
        wordings=(
            "Print the sum of the multiples of {k}.",
            "Add up the numbers divisible by {k} and print the sum.",
            "Print the sum of all numbers that are divisible by {k}.",
            "Output the total of those that {k} divides.",
            "What do the multiples of {k} among them add up to? Print it.",
        ),
        reference="print(sum([x for x in a if x % {k} == 0]))",
        solve=lambda a, k: k * sum(x // k for x in a if k * (x // k) == x),
        basic=lambda k: (k, 3 * k, k + 1),
        intermediate=lambda k: (-k, 0, 4 * k, 1 - k),
        edge=lambda k: ([-k], []),
        mistakes=(
            Mistake(
                "leaves out negative numbers",
                "print(sum([x for x in a if x > 0 and x % {k} == 0]))",
                BEYOND_BASIC,
            ),
            Mistake(
                "calls itself for each number",
                "def f(i): return f(i + 1) + a[i] * (a[i] % {k} == 0) if i < len(a) else 0\n"
                "print(f(0))",
                {Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="count_greater",
        shape=LIST,
        parameters=each(k=range(-10, 60)),
        wordings=(
            "Print how many numbers are greater than {k}.",
            "Count the numbers above {k} and print the count.",
            "Print the number of integers larger than {k}.",
            "Output how many of them exceed {k}.",
            "How many are more than {k}? Print the count.",
        ),
        reference="print(len([x for x in a if x > {k}]))",
        solve=lambda a, k: sum(x >= k + 1 for x in a),
        basic=lambda k: (k + 2, k + 9, k - 3),
        intermediate=lambda k: (k, k + 1, -k, k - 1),
        edge=lambda k: ([k], [k + 1], []),
        mistakes=(
            Mistake("counts the bound too", "print(len([x for x in a if x >= {k}]))", BEYOND_BASIC),
        ),
    ),
    LineFamily(
        name="sum_at_least",
        shape=LIST,
        parameters=each(k=range(-10, 60)),
        wordings=(
            "Print the sum of the numbers that are at least {k}.",
            "Add up the numbers not less than {k} and print the sum.",
            "Print the sum of all numbers greater than or equal to {k}.",
            "Output the total of those that are {k} or more.",
            "What do the numbers from {k} upwards add up to? Print it.",
        ),
        reference="print(sum([x for x in a if x >= {k}]))",
        solve=lambda a, k: sum(a) - sum(x for x in a if x < k),
        basic=lambda k: (k + 2, k + 9, k - 3),
        intermediate=lambda k: (k, k + 1, k - 1, -k),
        edge=lambda k: ([k, k], [k - 1], []),
        mistakes=(
            Mistake(
                "counts every value that could be there",
                "print(sum([v * a.count(v) for v in range({k}, max(a, default=0) + 1)]))",
                {Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="largest_below",
        shape=LIST,
        parameters=each(k=range(5, 65)),
        wordings=(
            "Print the largest number less than {k}, or none if there is no such number.",
            "Print the maximum of the numbers below {k}, or none if all are {k} or more.",
            "Of the numbers smaller than {k} print the largest, or none without any.",
            "Output the greatest number under {k}; if there is not any, output none.",
            "Which number below {k} is the largest? Print it, or none.",
        ),
        reference='print(max([x for x in a if x < {k}], default="none"))',
        solve=lambda a, k: next((x for x in sorted(a, reverse=True) if x < k), "none"),
        basic=lambda k: (k - 2, k - 4, k + 6),
        intermediate=lambda k: (k, k - 1, -k),
        edge=lambda k: ([k, k + 1], [k - 1], []),
        mistakes=(
            Mistake(
                "forgets that there may be none",
                "print(max([x for x in a if x < {k}]))",
                {Tier.EDGE},
            ),
            Mistake(
                "takes the bound too",
                'print(max([x for x in a if x <= {k}], default="none"))',
                BEYOND_BASIC,
            ),
        ),
    ),
    LineFamily(
        name="count_value",
        shape=LIST,
        parameters=each(k=range(1, 60)),
        wordings=(
            "Print how many numbers are equal to {k}.",
            "Count how many times {k} occurs and print the count.",
            "Print the number of times that {k} appears.",
            "Output how often the number {k} occurs.",
            "How many of them are {k}? Print the count.",
        ),
        reference="print(a.count({k}))",
        solve=lambda a, k: sum(x == k for x in a),
        basic=lambda k: [k] * (1 + k % 4) + [k + 3],
        intermediate=lambda k: (k, -k, 100 + k, 10 * k),
        edge=lambda k: ([-k, 10 * k, k], []),
        mistakes=(
            Mistake("ignores signs", "print([abs(x) for x in a].count({k}))", BEYOND_BASIC),
            Mistake(
                "calls itself for each number",
                "def f(i): return (a[i] == {k}) + f(i + 1) if i < len(a) else 0\nprint(f(0))",
                {Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="scale_all",
        shape=LIST,
        parameters=each(k=range(2, 60)),
        wordings=(
            "Print every number times {k}, separated by spaces.",
            "Multiply each number by {k} and print them on one line.",
            "Print {k} times each number, in order, on one line.",
            "Output all of them multiplied by {k}, separated by spaces.",
            "Print them again on one line, each multiplied by {k}.",
        ),
        reference="print(*[x * {k} for x in a])",
        solve=lambda a, k: " ".join(str(k * x) for x in a),
        basic=lambda k: (1, k, 10),
        intermediate=lambda k: (-1, 0, -k),
        edge=lambda k: ([-1], [0], []),
        mistakes=(
            Mistake(
                "drops zeros",
                "print(*[x * {k} for x in a if x])",
                {Tier.INTERMEDIATE, Tier.COMPLEX},
            ),
            Mistake("ignores signs", "print(*[abs(x) * {k} for x in a])", BEYOND_BASIC),
            Mistake("repeats the list", "print(*a * {k})", set(Tier)),
        ),
    ),
    LineFamily(
        name="keep_greater",
        shape=LIST,
        parameters=each(k=range(-10, 60)),
        wordings=(
            "Print the numbers greater than {k}, in order, separated by spaces.",
            "Keep only the numbers above {k} and print them on one line.",
            "Print all integers larger than {k} on one line, in order.",
            "Output, in order on one line, those that exceed {k}.",
            "Which numbers are more than {k}? Print them in order on one line.",
        ),
        reference="print(*[x for x in a if x > {k}])",
        solve=lambda a, k: " ".join(str(x) for x in a if not x <= k),
        basic=lambda k: (k + 2, k + 9, k - 3),
        intermediate=lambda k: (k, k + 1, -k, k - 1),
        edge=lambda k: ([k, k + 1], [k + 2], []),
        mistakes=(
            Mistake("keeps the bound too", "print(*[x for x in a if x >= {k}])", BEYOND_BASIC),
            Mistake(
                "calls itself for each number",
                "def f(i): return [a[i]] * (a[i] > {k}) + f(i + 1) if i < len(a) else []\n"
                "print(*f(0))",
                {Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="largest_or",
        shape=LIST,
        parameters=each(k=range(1, 60)),
        wordings=(
            "Print the largest number, or {k} if there are no numbers.",
            "Print the maximum, or {k} if the line is empty.",
            "Find the largest number and print it; without any print {k}.",
            "Output the greatest of them; for an empty line output {k}.",
            "Which number is the largest? Print it, or {k} for an empty line.",
        ),
        reference="print(max(a, default={k}))",
        solve=lambda a, k: sorted(a)[-1] if a else k,
        basic=lambda k: (k, 5, 12),
        intermediate=lambda k: (-k, 0, 3),
        edge=lambda k: ([], [-k], [-1, -2]),
        mistakes=(
            Mistake("forgets the empty line", "print(max(a))", {Tier.EDGE}),
            Mistake("begins at 0", "print(max([0, *a]))", {Tier.EDGE}),
            Mistake(
                "sorts by swapping neighbours",
                "for _ in a:\n"
                "    for i in range(len(a) - 1):\n"
                "        if a[i] > a[i + 1]: a[i], a[i + 1] = a[i + 1], a[i]\n"
                "print(a[-1] if a else {k})",
                {Tier.COMPLEX},
            ),
        ),
    ),
)
UNSEEN = (
    LineFamily(
        name="count_multiples",
        shape=LIST,
        parameters=each(k=range(2, 60)),
        wordings=(
            "Print how many numbers are multiples of {k}.",
            "Count the numbers divisible by {k} and print the count.",
            "Print the number of integers that are divisible by {k}.",
            "Output how many of them {k} divides.",
            "How many multiples of {k} are there? Print the count.",
        ),
        reference="print(len([x for x in a if x % {k} == 0]))",
        solve=lambda a, k: sum(k * (x // k) == x for x in a),
        basic=lambda k: [k, 3 * k, 5 * k, k + 1][k % 3 :],
        intermediate=lambda k: [-k, -2 * k, 0, 4 * k, 1 - k][k % 3 :],
        edge=lambda k: ([0, -k], []),
        mistakes=(
            Mistake(
                "takes 0 for no multiple",
                "print(len([x for x in a if x and x % {k} == 0]))",
                BEYOND_BASIC,
            ),
        ),
    ),
    LineFamily(
        name="sum_first",
        shape=LIST,
        parameters=each(k=range(2, 12), j=range(1, 12)),
        wordings=(
            "Print {j} plus the sum of the first {k} numbers, or of all if there are fewer.",
            "Add the first {k} numbers (all if fewer), add {j} and print the result.",
            "Print the sum of {j} and the first {k} numbers; use all if there are fewer.",
            "Output the total of {j} and the first {k} numbers, or all without that many.",
            "Sum up to {k} numbers from the start, add {j} and print it.",
        ),
        reference="print(sum(a[:{k}]) + {j})",
        solve=lambda a, k, j: j + sum(x for i, x in enumerate(a) if i < k),
        basic=lambda k, j: range(1, k + 3),
        intermediate=lambda k, j: range(-k, k, 2),
        edge=lambda k, j: ([-5], []),
        mistakes=(
            Mistake(
                "forgets that there may be fewer numbers",
                "print(sum([a[i] for i in range({k})]) + {j})",
                {Tier.EDGE},
            ),
            Mistake(
                "adds nothing to a shorter sum",
                "print(sum(a[:{k}]) + {j} * (len(a) >= {k}))",
                {Tier.EDGE},
            ),
        ),
    ),
    LineFamily(
        name="smallest_or",
        shape=LIST,
        parameters=each(k=range(1, 60)),
        wordings=(
            "Print the smallest number, or {k} if there are no numbers.",
            "Print the minimum, or {k} if the line is empty.",
            "Find the smallest number and print it; without any print {k}.",
            "Output the least of them; for an empty line output {k}.",
            "Which number is the smallest? Print it, or {k} for an empty line.",
        ),
        reference="print(min(a, default={k}))",
        solve=lambda a, k: sorted(a)[0] if a else k,
        basic=lambda k: (7 * k % 61 + 1, 65),
        intermediate=lambda k: (-k, 0, 3),
        edge=lambda k: ([], [k + 5], [0]),
        mistakes=(
            Mistake("forgets the empty line", "print(min(a))", {Tier.EDGE}),
            Mistake("begins at 0", "print(min([0, *a]))", {Tier.BASIC, Tier.EDGE}),
        ),
    ),
)
