"""Families on two integers."""

from tarot.data.starter.family import Mistake, each
from tarot.data.starter.line_family import LineFamily
from tarot.data.starter.shapes import PAIR
from tarot.types import Tier

TRAINED = (
    LineFamily(
        name="weighted_sum",
        shape=PAIR,
        parameters=each(k=range(2, 70)),
        wordings=(
            "Print a plus {k} times b.",
            "Multiply b by {k}, add a and print the result.",
            "Print the sum of a and b times {k}.",
            "Output a increased by {k} times b.",
            "Print the value of a + {k} * b.",
        ),
        reference="print(a + b * {k})",
        solve=lambda pair, k: pair[0] + k * pair[1],
        basic=lambda k: ((2, 3), (7, 4), (1, 10)),
        intermediate=lambda k: ((-5, 2), (6, -1), (-3, -3)),
        edge=lambda k: ((0, -1), (-k, 1), (0, 0)),
        mistakes=(
            Mistake(
                "adds as many copies in a list as b says",
                "print(a + sum([{k} if b > 0 else -{k}] * abs(b)))",
                {Tier.COMPLEX},
            ),
            Mistake("lets an a of 0 be the result", "print(a and a + b * {k})", {Tier.EDGE}),
            Mistake(
                "adds before it multiplies",
                "print((a + b) * {k})",
                {Tier.BASIC, Tier.INTERMEDIATE, Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="larger_scaled",
        shape=PAIR,
        parameters=each(k=range(2, 70)),
        wordings=(
            "Print the larger of a and {k} times b.",
            "Print the maximum of a and b times {k}.",
            "Multiply b by {k}, then print the larger of a and the product.",
            "Output whichever is greater, a or {k} times b.",
            "Which is larger, a or b multiplied by {k}? Print its value.",
        ),
        reference="print(max(a, b * {k}))",
        solve=lambda pair, k: sorted((pair[0], k * pair[1]))[1],
        basic=lambda k: ((2, 3), (5, 7), (k, 4)),
        intermediate=lambda k: ((-1, -2), (4 * k, 3), (-k, -k)),
        edge=lambda k: ((0, -1), (k, 1), (0, 0)),
        mistakes=(
            Mistake(
                "adds as many copies in a list as b says",
                "print(max(a, sum([{k} if b > 0 else -{k}] * abs(b))))",
                {Tier.COMPLEX},
            ),
            Mistake("takes an a of 0 for none", "print(max(a or b * {k}, b * {k}))", {Tier.EDGE}),
        ),
    ),
    LineFamily(
        name="close_enough",
        shape=PAIR,
        parameters=each(k=range(2, 70)),
        wordings=(
            "Print yes if a and b differ by at most {k}, otherwise no.",
            "Print yes if the distance of a and b is at most {k}, else no.",
            "If a and b differ by {k} or less, print yes, otherwise no.",
            "Output yes when a and b are no more than {k} apart, no when they are.",
            "Are a and b at most {k} apart? Print yes or no.",
        ),
        reference='print("yes" if abs(a - b) <= {k} else "no")',
        solve=lambda pair, k: "yes" if max(pair) - min(pair) <= k else "no",
        basic=lambda k: ((k + 4, 5), (3 * k, 1)),
        intermediate=lambda k: ((1, 3 * k), (-k, k), (5, k + 4), (-2, k - 3)),
        edge=lambda k: ((k, 0), (-k, 1)),
        mistakes=(
            Mistake(
                "leaves the bound out", 'print("yes" if abs(a - b) < {k} else "no")', {Tier.EDGE}
            ),
            Mistake(
                "looks in a range that ends too early",
                'print("yes" if a in range(b - {k}, b + {k}) else "no")',
                {Tier.EDGE},
            ),
        ),
    ),
)
UNSEEN = (
    LineFamily(
        name="product_remainder",
        shape=PAIR,
        parameters=each(k=range(3, 70)),
        wordings=(
            "Print the remainder of a times b divided by {k}.",
            "Multiply a by b and print the product modulo {k}.",
            "Print the product of a and b modulo {k}, from 0 to {k} - 1.",
            "Output the non-negative remainder of a times b divided by {k}.",
            "Divide the product of a and b by {k} and print the remainder.",
        ),
        reference="print(a * b % {k})",
        solve=lambda pair, k: (pair[0] % k) * (pair[1] % k) % k,
        basic=lambda k: ((k - 1, 3), (k + 1, 2), (2 * k - 1, 5)),
        intermediate=lambda k: ((k, 5), (k - 1, k + 1), (7, 11)),
        edge=lambda k: ((0, 5), (1, 1)),
        mistakes=(
            Mistake(
                "adds as many copies in a list as b says",
                "print(sum([a if b > 0 else -a] * abs(b)) % {k})",
                {Tier.COMPLEX},
            ),
            Mistake("takes a product of 0 for none yet", "print((a * b or 1) % {k})", {Tier.EDGE}),
        ),
    ),
)
