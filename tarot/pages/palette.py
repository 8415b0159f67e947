"""The colours and dashes of all figures.

The colours are Okabe and Ito's (Color Universal Design, 2008), which the common kinds of colour
blindness tell apart; lines differ in dashes too, so that no colour is needed to read a figure.
"""

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999")
DASHES = ("-", "--", ":")
INK = "#000000"
SHADE = "#EEEEEE"
GRID = "#DDDDDD"
VARIABLES = {
    **{color.lower(): f"var(--color-{number})" for number, color in enumerate(COLORS)},
    INK: "var(--ink)",
    SHADE.lower(): "var(--shade)",
    GRID.lower(): "var(--line)",
}
"""What stands for each colour in a page, whose style gives it a value for light and for dark."""
