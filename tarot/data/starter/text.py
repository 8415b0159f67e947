"""Families on one line of text."""

from string import ascii_lowercase

from tarot.data.starter.family import BEYOND_BASIC, Mistake, each, each_two
from tarot.data.starter.line_family import LineFamily
from tarot.data.starter.shapes import TEXT
from tarot.types import Tier

TRAINED = (
    LineFamily(
        name="count_letter",
        shape=TEXT,
        parameters=each(c=ascii_lowercase),
        wordings=(
            'Print how many letters are "{c}", upper or lower case.',
            'Count the letter "{c}" in either case and print the count.',
            'Print the number of letters "{c}", ignoring case.',
            'Output how often the letter "{c}" occurs, capital or small.',
            'How many times does "{c}" occur, whatever its case? Print it.',
        ),
        reference='print(s.lower().count("{c}"))',
        solve=lambda s, c: sum(letter in (c, c.upper()) for letter in s),
        basic=lambda c: (f"t{c}p", f"{c}o"),
        intermediate=lambda c: (f"{c.upper()}{c}", f"{c.upper()}!", "Mr. 7"),
        edge=lambda c: (c.upper(), ""),
        mistakes=(
            Mistake("forgets capitals", 'print(s.count("{c}"))', BEYOND_BASIC),
            Mistake(
                "calls itself for each letter",
                'def f(i): return (s[i].lower() == "{c}") + f(i + 1) if i < len(s) else 0\n'
                "print(f(0))",
                {Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="count_either",
        shape=TEXT,
        parameters=each_two(ascii_lowercase),
        wordings=(
            'Print how many characters are "{c}" or "{d}".',
            'Count the characters "{c}" and "{d}" and print the total.',
            'Print the number of characters equal to "{c}" or "{d}".',
            'Output how often "{c}" and "{d}" occur altogether.',
            'How many of its characters are "{c}" or "{d}"? Print the count.',
        ),
        reference='print(s.count("{c}") + s.count("{d}"))',
        solve=lambda s, c, d: len(s) - len(s.translate({ord(c): None, ord(d): None})),
        basic=lambda c, d: (f"t{c}p", f"{d}o"),
        intermediate=lambda c, d: (f"{c.upper()}{d}", f"{d}{d}{c}!", "Mr. 7"),
        edge=lambda c, d: (d, ""),
        mistakes=(
            Mistake(
                "counts capitals too",
                'print(s.lower().count("{c}") + s.lower().count("{d}"))',
                {Tier.INTERMEDIATE, Tier.COMPLEX},
            ),
            Mistake("counts the two as one word", 'print(s.count("{c}{d}"))', set(Tier)),
        ),
    ),
    LineFamily(
        name="replace_letter",
        shape=TEXT,
        parameters=each(c=ascii_lowercase, d=ascii_lowercase),
        wordings=(
            'Print it with every "{c}" replaced by "{d}".',
            'Replace each "{c}" by "{d}" and print the result.',
            'Change every "{c}" to "{d}" and print the line.',
            'Output the line with "{d}" in place of each "{c}".',
            'Put "{d}" wherever there is a "{c}" and print the line.',
        ),
        reference='print(s.replace("{c}", "{d}"))',
        solve=lambda s, c, d: s.translate({ord(c): d}),
        basic=lambda c, d: (f"t{c}p", f"{d}o"),
        intermediate=lambda c, d: (f"{c.upper()}{d}", f"{d}{c}{c}!", "Mr. 7"),
        edge=lambda c, d: (c, c * 3, ""),
        mistakes=(
            Mistake(
                "lowers capitals",
                'print(s.lower().replace("{c}", "{d}"))',
                {Tier.INTERMEDIATE, Tier.COMPLEX},
            ),
            Mistake(
                "swaps the two",
                'print(s.translate(str.maketrans("{c}{d}", "{d}{c}")))',
                {Tier.BASIC, Tier.INTERMEDIATE, Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="remove_letters",
        shape=TEXT,
        parameters=each_two(ascii_lowercase),
        wordings=(
            'Print it without the characters "{c}" and "{d}".',
            'Remove every "{c}" and "{d}" and print the rest.',
            'Delete each "{c}" and each "{d}" and print the line.',
            'Output the line with all "{c}" and "{d}" left out.',
            'Drop all characters "{c}" and "{d}", then print what remains.',
        ),
        reference='print(s.replace("{c}", "").replace("{d}", ""))',
        solve=lambda s, c, d: "".join(letter for letter in s if letter not in (c, d)),
        basic=lambda c, d: (f"t{c}p", f"{d}o"),
        intermediate=lambda c, d: (f"{c.upper()}{d}", f"{d}{c}{c}!", "Mr. 7"),
        edge=lambda c, d: (f"{c}{d.upper()}{d}", f"{d}7", ""),
        mistakes=(
            Mistake(
                "removes capitals too",
                'print("".join([x for x in s if x.lower() not in "{c}{d}"]))',
                BEYOND_BASIC,
            ),
            Mistake("removes the two as one word", 'print(s.replace("{c}{d}", ""))', set(Tier)),
        ),
    ),
    LineFamily(
        name="first_characters",
        shape=TEXT,
        parameters=each(k=range(2, 10), c="!?.+-*#"),
        wordings=(
            'Print its first {k} characters (all if shorter), then "{c}".',
            'Take the first {k} characters, or all if shorter, add "{c}" and print it.',
            'Print the first {k} characters followed by "{c}". Use all if shorter.',
            'Output up to {k} characters from the start, followed by "{c}".',
            'Cut the line to at most {k} characters, append "{c}" and print it.',
        ),
        reference='print(s[:{k}] + "{c}")',
        solve=lambda s, k, c: "".join(x for i, x in enumerate(s) if i < k) + c,
        basic=lambda k, c: ("abcdefgh",),
        intermediate=lambda k, c: ("A", "1-2", "b"),
        edge=lambda k, c: ("", "x"),
        mistakes=(
            Mistake(
                "forgets that there may be fewer characters",
                'print("".join([s[i] for i in range({k})]) + "{c}")',
                {Tier.EDGE},
            ),
            Mistake(
                "takes one too many",
                'print(s[:{k} + 1] + "{c}")',
                {Tier.BASIC, Tier.INTERMEDIATE, Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="long_words",
        shape=TEXT,
        parameters=each(k=range(1, 9), j=range(1, 9)),
        wordings=(
            "Print {j} plus the number of words longer than {k} letters.",
            "Count the words with more than {k} letters, add {j} and print it.",
            "Print how many words are longer than {k} letters, plus {j}.",
            "Output the sum of {j} and the number of words of over {k} letters.",
            "How many words have more than {k} letters? Add {j} and print it.",
        ),
        reference="print(len([w for w in s.split() if len(w) > {k}]) + {j})",
        solve=lambda s, k, j: j + sum(len(w) >= k + 1 for w in s.split()),
        basic=lambda k, j: ("x" * (k + 2), "y" * (k + 3)),
        intermediate=lambda k, j: ("Z" * k, "Q" * (k + 1), "b" * k),
        edge=lambda k, j: ("m" * k, "", "m" * (k + 1)),
        mistakes=(
            Mistake(
                "counts equal words once",
                "print(len({{w for w in s.split() if len(w) > {k}}}) + {j})",
                {Tier.COMPLEX},
            ),
            Mistake(
                "adds nothing to a count of 0",
                "print((len([w for w in s.split() if len(w) > {k}]) or -{j}) + {j})",
                {Tier.EDGE},
            ),
        ),
    ),
)
UNSEEN = (
    LineFamily(
        name="starts_with",
        shape=TEXT,
        parameters=each(c=ascii_lowercase),
        wordings=(
            'Print yes if it starts with "{c}", otherwise no.',
            'Print yes if the first character is "{c}", else no.',
            'If the line begins with "{c}", print yes, otherwise no.',
            'Output yes when its first character is "{c}" and no when it is not.',
            'Does it begin with "{c}"? Print yes or no.',
        ),
        reference='print("yes" if s.startswith("{c}") else "no")',
        solve=lambda s, c: "yes" if s[:1] == c else "no",
        basic=lambda c: (f"{c}at", f"{c}o", f"{c}ed", f"{c}un"),
        intermediate=lambda c: (f"{c.upper()}x", f"{c}{c}", f"{c}7"),
        edge=lambda c: ("", c, c.upper()),
        mistakes=(
            Mistake(
                "needs a first character", 'print("yes" if s[0] == "{c}" else "no")', {Tier.EDGE}
            ),
            Mistake(
                "lets an empty line start with anything",
                'print("yes" if s[:1] in "{c}" else "no")',
                {Tier.EDGE},
            ),
        ),
    ),
    LineFamily(
        name="skip_characters",
        shape=TEXT,
        parameters=each(k=range(2, 10), c="!?.+-*#"),
        wordings=(
            'Print "{c}", then all but the first {k} characters.',
            'Drop the first {k} characters, put "{c}" in front and print it.',
            'Print "{c}" followed by the line without its first {k} characters.',
            'Output "{c}" and what is left after the first {k} characters.',
            'Skip {k} characters; print "{c}" and then the rest.',
        ),
        reference='print("{c}" + s[{k}:])',
        solve=lambda s, k, c: c + "".join(x for i, x in enumerate(s) if i >= k),
        basic=lambda k, c: ("abcdefgh",),
        intermediate=lambda k, c: ("A", "1-2", "b"),
        edge=lambda k, c: ("", "x", "y" * k),
        mistakes=(
            Mistake(
                "forgets that there may be fewer characters",
                'rest = list(s)\nfor _ in range({k}): rest.pop(0)\nprint("{c}" + "".join(rest))',
                {Tier.EDGE},
            ),
            Mistake(
                "skips one too few",
                'print("{c}" + s[{k} - 1:])',
                {Tier.BASIC, Tier.INTERMEDIATE, Tier.COMPLEX},
            ),
        ),
    ),
    LineFamily(
        name="words_starting",
        shape=TEXT,
        parameters=each(c=ascii_lowercase),
        wordings=(
            'Print how many words start with "{c}".',
            'Count the words that begin with "{c}" and print the count.',
            'Print the number of words whose first letter is "{c}".',
            'Output how many of its words have "{c}" as first letter.',
            'How many words begin with "{c}"? Print the count.',
        ),
        reference='print(len([w for w in s.split() if w.startswith("{c}")]))',
        solve=lambda s, c: sum(w[0] == c for w in s.split()),
        basic=lambda c: (f"{c}at", f"{c}o", "tree"),
        intermediate=lambda c: (f"{c.upper()}x", f"{c}-{c}", f"o{c}"),
        edge=lambda c: (c, ""),
        mistakes=(
            Mistake(
                "counts capitals too",
                'print(len([w for w in s.lower().split() if w.startswith("{c}")]))',
                {Tier.INTERMEDIATE, Tier.COMPLEX},
            ),
            Mistake(
                "needs a second letter",
                'print(len([w for w in s.split() if w[0] == "{c}" and w[1:]]))',
                {Tier.EDGE},
            ),
        ),
    ),
)
