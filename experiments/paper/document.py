"""A table with what stands round it, as text that any format can show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.markdown import table

MISSING = "\N{EN DASH}"
CHECKPOINT_MARK = "†"
UNPAIRED_MARK = "‡"

_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",
    "]": "{]}",
    MISSING: "--",
    CHECKPOINT_MARK: r"$^{\dagger}$",
    UNPAIRED_MARK: r"$^{\ddagger}$",
}
_LATEX_HEAD = "% Needs \\usepackage{booktabs,longtable}."


@dataclass(frozen=True, slots=True)
class Section:
    """A table under a line of its own, with remarks below; without rows the text alone stands.

    The first `num_words` columns hold words and stand to the left, the others figures.
    """

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    num_words: int
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What a command writes as Markdown and as LaTeX."""

    title: str
    preface: str
    sections: Sequence[Section]

    def to_markdown(self) -> str:
        """The document as Markdown."""
        blocks = [f"# {self.title}", self.preface]
        for section in self.sections:
            blocks += [f"**{section.title}**", *_markdown_table(section)]
            blocks += ["\n".join(f"- {remark}" for remark in section.remarks)]
        return "\n\n".join(block for block in blocks if block) + "\n"

    def to_latex(self) -> str:
        """The document as LaTeX to be included; it may run over several pages."""
        blocks = [_LATEX_HEAD, rf"\section*{{{latex(self.title)}}}", latex(self.preface)]
        for section in self.sections:
            blocks += [rf"\paragraph{{{latex(section.title)}}}", *_latex_table(section)]
            blocks += _latex_items(section.remarks)
        return "\n\n".join(block for block in blocks if block) + "\n"


def latex(text: str) -> str:
    r"""Text with all that LaTeX takes for commands escaped; `code` becomes \texttt."""
    parts = ["".join(_LATEX.get(sign, sign) for sign in part) for part in text.split("`")]
    return "".join(
        rf"\texttt{{{part}}}" if number % 2 else part for number, part in enumerate(parts)
    )


def _markdown_table(section: Section) -> list[str]:
    if not section.rows:
        return []
    figures = section.headings[section.num_words :]
    return [table(section.headings, _escaped(section.rows), figures)]


def _escaped(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[cell.replace("|", "\\|") for cell in row] for row in rows]


def _latex_table(section: Section) -> list[str]:
    if not section.rows:
        return []
    num_figures = len(section.headings) - section.num_words
    columns = "l" * section.num_words + "r" * num_figures
    lines = [
        rf"\begin{{longtable}}{{{columns}}}",
        r"\toprule",
        _latex_row(section.headings),
        r"\midrule",
        r"\endhead",
        *_latex_rows(section.rows),
        r"\bottomrule",
        r"\end{longtable}",
    ]
    return ["\n".join(lines)]


def _latex_rows(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """The rows, with a rule where the first column changes."""
    before = None
    for row in rows:
        if before not in (None, row[0]):
            yield r"\addlinespace"
        yield _latex_row(row)
        before = row[0]


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join(map(latex, cells)) + r" \\"


def _latex_items(remarks: Sequence[str]) -> list[str]:
    if not remarks:
        return []
    items = "\n".join(rf"\item {latex(remark)}" for remark in remarks)
    return [f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"]
