"""Families on one integer."""

from tarot.data.starter.family import BEYOND_BASIC, Mistake, each, each_two
from tarot.data.starter.line_family import LineFamily
from tarot.data.starter.shapes import INTEGER
from tarot.types import Tier

TRAINED = (
    LineFamily(
        name="remainder_of_size",
        shape=INTEGER,
        parameters=each(k=range(3, 60)),
        wordings=(
            "Print the remainder of the absolute value of n divided by {k}.",
            "Divide the absolute value of n by {k} and print the remainder.",
            "Print the absolute value of n modulo {k}.",
            "Output what remains when the absolute value of n is divided by {k}.",
            "Ignore the sign of n and print its remainder modulo {k}.",
        ),
        reference="print(abs(n) % {k})",
        solve=lambda n, k: n % k if n >= 0 else -n % k,
        basic=lambda k: (k + 1, 2 * k - 1, 3 * k + 2),
        intermediate=lambda k: (-k - 1, 1 - 2 * k, -1),
        edge=lambda k: (-k, 0, k),
        mistakes=(
            Mistake(
                "leaves negative numbers as they are",
                "def f(x): return x if x < {k} else f(x - {k})\nprint(f(n))",
                BEYOND_BASIC,
            ),
            Mistake(
                "stops one call early, at the divisor itself",
                "def f(x): return x if x <= {k} else f(x - {k})\nprint(f(abs(n)))",
                {Tier.COMPLEX, Tier.EDGE},
            ),
        ),
    ),
    LineFamily(
        name="scale_and_add",
        shape=INTEGER,
        parameters=each(k=range(2, 20), j=range(1, 30)),
        wordings=(
            "Print n times {k} plus {j}.",
            "Multiply n by {k}, add {j} and print the result.",
            "Print {j} more than {k} times n.",
            "Output the sum of {j} and n multiplied by {k}.",
            "Print the value of {k} * n + {j}.",
        ),
        reference="print(n * {k} + {j})",
        solve=lambda n, k, j: j + k * n,
        basic=lambda k, j: (3, 5, 8, 11),
        intermediate=lambda k, j: (-3, -7, 1, 100),
        edge=lambda k, j: (0, -1),
        mistakes=(
            Mistake(
                "adds as many copies in a list as n says",
                "print(sum([{k} if n > 0 else -{k}] * abs(n)) + {j})",
                {Tier.COMPLEX},
            ),
            Mistake("lets 0 stay 0", "print(n and n * {k} + {j})", {Tier.EDGE}),
            Mistake("adds before it multiplies", "print((n + {j}) * {k})", set(Tier)),
        ),
    ),
    LineFamily(
        name="at_least",
        shape=INTEGER,
        parameters=each(k=range(-20, 60)),
        wordings=(
            "Print n, but print {k} if n is less than {k}.",
            "Print the larger of n and {k}.",
            "Print the maximum of n and {k}.",
            "Output n if it is at least {k}, otherwise output {k}.",
            "Of the two numbers n and {k}, print the greater one.",
        ),
        reference="print(max(n, {k}))",
        solve=lambda n, k: n if n > k else k,
        basic=lambda k: (k + 5, k + 40, 100),
        intermediate=lambda k: (k - 1, k - 12, k - 100),
        edge=lambda k: (k, k + 1, 0),
        mistakes=(
            Mistake(
                "has no case for equal numbers",
                "def f(x):\n    if x > {k}: return x\n    if x < {k}: return {k}\nprint(f(n))",
                {Tier.EDGE},
            ),
        ),
    ),
    LineFamily(
        name="distance_from",
        shape=INTEGER,
        parameters=each(k=range(2, 80)),
        wordings=(
            "Print the distance between n and {k}.",
            "Print the absolute difference of n and {k}.",
            "Print how far n is from {k}, never negative.",
            "Output the absolute value of n minus {k}.",
            "How far apart are n and {k}? Print the non-negative difference.",
        ),
        reference="print(abs(n - {k}))",
        solve=lambda n, k: n - k if n > k else k - n,
        basic=lambda k: (k + 3, k + 20, 2 * k + 1),
        intermediate=lambda k: (k - 1, -k, 1),
        edge=lambda k: (0, k),
        mistakes=(
            Mistake("counts upwards alone", "print(len(list(range({k}, n))))", BEYOND_BASIC),
            Mistake(
                "lists all numbers in between",
                "print(len(list(range(min(n, {k}), max(n, {k})))))",
                {Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="whole_quotient",
        shape=INTEGER,
        parameters=each(k=range(3, 60)),
        wordings=(
            "Print n divided by {k}, rounded down.",
            "Divide n by {k}, round down and print the integer.",
            "Print the floor of n divided by {k}.",
            "Output the quotient of n and {k}, rounded down to an integer.",
            "Print how many times {k} goes into n, rounding down.",
        ),
        reference="print(n // {k})",
        solve=lambda n, k: (n - n % k) // k,
        basic=lambda k: (2 * k + 1, 5 * k, 7 * k + 2),
        intermediate=lambda k: (-1, -k - 1, -3 * k + 1),
        edge=lambda k: (1 - k, k - 1, 0),
        mistakes=(
            Mistake(
                "subtracts call by call, from positive numbers alone",
                "def f(x): return 0 if x < {k} else 1 + f(x - {k})\nprint(f(n))",
                BEYOND_BASIC,
            ),
            Mistake(
                "lists all multiples up to n",
                "up = list(range({k}, n + 1, {k}))\n"
                "down = list(range(n, 0, {k}))\n"
                "print(len(up) - len(down))",
                {Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="divisible",
        shape=INTEGER,
        parameters=each(k=range(2, 60)),
        wordings=(
            "Print yes if n is divisible by {k}, otherwise no.",
            "Print yes if n is a multiple of {k}, else print no.",
            "If {k} divides n, print yes, otherwise print no.",
            "Output yes when n is a multiple of {k} and no when it is not.",
            "Can n be divided by {k} without remainder? Print yes or no.",
        ),
        reference='print("yes" if n % {k} == 0 else "no")',
        solve=lambda n, k: "no" if n % k else "yes",
        basic=lambda k: (k, 2 * k, 2 * k + 1, k + 1),
        intermediate=lambda k: (-k, -2 * k, -k - 1, 1),
        edge=lambda k: (0, -1),
        mistakes=(
            Mistake(
                "takes 0 for no multiple",
                'print("yes" if n and n % {k} == 0 else "no")',
                {Tier.EDGE},
            ),
            Mistake(
                "lists all multiples up to n",
                'print("yes" if abs(n) in list(range(0, abs(n) + 1, {k})) else "no")',
                {Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="count_digits",
        shape=INTEGER,
        parameters=each_two(range(10)),
        wordings=(
            "Print how many digits of n are {c} or {d}.",
            "Count the digits of n that are {c} or {d}.",
            "Print the number of digits {c} and {d} in n.",
            "Output how often the digits {c} and {d} occur in n altogether.",
            "Of all digits of n, how many are {c} or {d}? Print the count.",
        ),
        reference='print(str(n).count("{c}") + str(n).count("{d}"))',
        solve=lambda n, c, d: sum(int(digit) in (c, d) for digit in str(abs(n))),
        basic=lambda c, d: (int(f"4{c}{d}{c}"), int(f"8{d}{c}1"), int(f"2{c}5")),
        intermediate=lambda c, d: (-int(f"6{d}{d}{c}"), -int(f"1{c}{d}7"), int(f"3{c}{c}{c}")),
        edge=lambda c, d: (-d, 0),
        mistakes=(
            Mistake(
                "finds none in a number of one digit",
                'print(str(n).count("{c}") + str(n).count("{d}") if abs(n) > 9 else 0)',
                {Tier.EDGE},
            ),
        ),
    ),
)
UNSEEN = (
    LineFamily(
        name="at_most",
        shape=INTEGER,
        parameters=each(k=range(-20, 60)),
        wordings=(
            "Print n, but print {k} if n is greater than {k}.",
            "Print the smaller of n and {k}.",
            "Print the minimum of n and {k}.",
            "Output n if it is at most {k}, otherwise output {k}.",
            "Of the two numbers n and {k}, print the lesser one.",
        ),
        reference="print(min(n, {k}))",
        solve=lambda n, k: n if n < k else k,
        basic=lambda k: (k - 5, k - 11, k - 2),
        intermediate=lambda k: (k + 1, k + 12, k + 100),
        edge=lambda k: (k, 0),
        mistakes=(
            Mistake(
                "has no case for equal numbers",
                "def f(x):\n    if x < {k}: return x\n    if x > {k}: return {k}\nprint(f(n))",
                {Tier.EDGE},
            ),
        ),
    ),
)
