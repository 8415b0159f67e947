import pytest

from tarot.grading.extraction import extract_program

PROGRAM = "n = int(input())\nprint(n + 1)"


def fenced(source: str, tag: str = "python", fence: str = "```") -> str:
    return f"{fence}{tag}\n{source}\n{fence}\n"


SINGLE = {
    "a tagged block": fenced(PROGRAM),
    "py": fenced(PROGRAM, "py"),
    "Python": fenced(PROGRAM, "Python"),
    "python3": fenced(PROGRAM, "python3"),
    "no tag": fenced(PROGRAM, ""),
    "tildes": fenced(PROGRAM, fence="~~~"),
    "longer fences": fenced(PROGRAM, fence="````"),
    "CRLF": fenced(PROGRAM).replace("\n", "\r\n"),
    "trailing spaces": fenced(PROGRAM).replace("\n", "  \n"),
    "a space before the tag": fenced(PROGRAM, " python"),
    "text after the tag": fenced(PROGRAM, "python title=main"),
    "indented": "1. So:\n"
    + fenced(PROGRAM).replace("```python", "   ```python").replace("\n", "\n   "),
    "unclosed at the end": f"```python\n{PROGRAM}",
    "prose around": f"Sure!\n\n{fenced(PROGRAM)}\nThis adds one. Hope `it` helps.",
    "usage after it": fenced(PROGRAM) + "Run it:\n" + fenced("python add.py < in.txt", "bash"),
    "untagged usage after it": fenced(PROGRAM) + fenced("$ python add.py\n41\n42", ""),
    "output after it": fenced(PROGRAM) + "prints\n" + fenced("42", ""),
    "a word of output after it": fenced(PROGRAM) + fenced("YES", ""),
    "a session after it": fenced(PROGRAM) + fenced(">>> add(1)\n2"),
    "an empty block after it": fenced(PROGRAM) + fenced(""),
    "another language after it": fenced(PROGRAM) + fenced("int main() {}", "cpp"),
    "a draft before it": fenced("print(input())") + "Better:\n" + fenced(PROGRAM),
    "an answer": f"<think>\n{fenced('print(0)')}</think>\n<answer>\n{fenced(PROGRAM)}</answer>",
    "a solution": f"<solution>{fenced(PROGRAM)}</solution>\n{fenced('print(0)')}",
    "an unclosed answer": f"<answer>\n```python\n{PROGRAM}",
    "an unclosed block in an answer": f"<answer>\n```python\n{PROGRAM}\n</answer> Bye.",
    "the last of two answers": (
        f"<answer>{fenced('print(0)')}</answer><answer>{fenced(PROGRAM)}</answer>"
    ),
    "what follows the thinking": f"{fenced('print(0)')}</think>\n{fenced(PROGRAM)}",
    "bare code": PROGRAM,
    "bare code in an answer": f"<think>hm</think><answer>\n{PROGRAM}\n</answer>",
}


@pytest.mark.parametrize("completion", SINGLE.values(), ids=SINGLE)
def test_the_program_is_found(completion: str) -> None:
    program = extract_program(completion)

    assert program is not None
    assert program.source.strip().split() == PROGRAM.split()


NONE = {
    "nothing": "",
    "prose": "I cannot solve this.",
    "one word": "YES",
    "a number": "42",
    "only another language": fenced("int main() {}", "cpp"),
    "an empty block": fenced("  "),
    "only a session": fenced(">>> 1 + 1\n2"),
    "an answer without code": f"{fenced(PROGRAM)}<answer>It is above.</answer>",
    "prose with code in it": f"The answer is\n{PROGRAM}",
    "only output": fenced("1\n2\n3", ""),
}


@pytest.mark.parametrize("completion", NONE.values(), ids=NONE)
def test_a_completion_without_a_program_has_none(completion: str) -> None:
    assert extract_program(completion) is None


def test_a_program_that_is_split_over_blocks_is_put_together() -> None:
    completion = (
        fenced("import math\ndef area(r):\n    return math.pi * r")
        + "and then\n"
        + fenced("r = float(input())")
        + fenced("print(area(r))")
    )

    program = extract_program(completion)

    assert program is not None
    assert program.source.split("\n") == [
        "import math",
        "def area(r):",
        "    return math.pi * r",
        "r = float(input())",
        "print(area(r))",
    ]


def test_an_example_that_needs_the_program_is_not_the_program() -> None:
    program = "def add(n):\n    return n + 1\nprint(add(int(input())))"

    found = extract_program(fenced(program) + "For example:\n" + fenced("print(add(41))"))

    assert found is not None
    assert found.source == program


def test_an_unneeded_draft_is_not_joined() -> None:
    found = extract_program(fenced("x = input()") + fenced("y = input()") + fenced("print(y)"))

    assert found is not None
    assert found.source == "y = input()\nprint(y)"


def test_a_function_without_a_main_part_is_a_program() -> None:
    source = "def add(a, b):\n    return a + b"

    found = extract_program(fenced(source))

    assert found is not None
    assert found.source == source


def test_a_tagged_block_with_a_syntax_error_is_the_programs_own_fault() -> None:
    found = extract_program(fenced("print(1"))

    assert found is not None
    assert found.source == "print(1"


def test_a_name_that_nobody_binds_is_the_programs_own_fault() -> None:
    found = extract_program(fenced("print(undefined)"))

    assert found is not None
    assert found.source == "print(undefined)"


def test_indentation_within_a_program_is_kept() -> None:
    source = "if input():\n    print(1)"

    assert extract_program("  " + fenced(source)) is not None
    assert extract_program(fenced(source)).source == source  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["(" * 10_000, "-" * 100_000 + "1", "x = " + "[" * 50_000, "\0"])
def test_text_that_no_parser_likes_does_no_harm(text: str) -> None:
    assert extract_program(text) is None
    assert extract_program(fenced(text)) is not None
