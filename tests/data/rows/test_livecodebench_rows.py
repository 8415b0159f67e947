"""Rows with the columns of LiveCodeBench."""

import base64
import json
import pickle
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import pytest

from tarot.data.rows import ReadRow, Unusable, read_row
from tarot.types import Problem, TestCase, UserError, Verdict

Verdicts = Callable[[Problem, str], list[Verdict]]

STARTER = "class Solution:\n    def longest(self, words: List[str], least: int) -> str:\n        "


def stdin(text: str, output: str) -> dict[str, str]:
    return {"input": text, "output": output, "testtype": "stdin"}


def functional(text: str, output: str) -> dict[str, str]:
    return {"input": text, "output": output, "testtype": "functional"}


def packed(value: object) -> str:
    return base64.b64encode(zlib.compress(pickle.dumps(value))).decode()


def row(public: list[dict[str, str]], private: str, **columns: Any) -> dict[str, Any]:
    return {
        "question_title": "A. Echo",
        "question_content": "Print the number.",
        "platform": "codeforces",
        "question_id": "904_A",
        "contest_id": "904",
        "contest_date": "2023-08-21T00:00:00",
        "starter_code": "",
        "difficulty": "easy",
        "public_test_cases": json.dumps(public),
        "private_test_cases": private,
        "metadata": "{}",
        **columns,
    }


def read(public: list[dict[str, str]], private: str = "[]", **columns: Any) -> ReadRow:
    return read_row(row(public, private, **columns), "row")


@pytest.mark.parametrize("pack", [packed, str])
def test_public_tests_come_before_private_ones_however_they_are_packed(
    pack: Callable[[str], str],
) -> None:
    private = pack(json.dumps([stdin("2\n", "2\n"), stdin("3\n", "3\n")]))
    found = read([stdin("1\n", "1\n")], private)
    assert found.problem == Problem(
        id="904_A",
        statement="A. Echo\n\nPrint the number.\n\n"
        "Read the input from standard input and write the answer to standard output.",
        tests=tuple(TestCase(f"{n}\n", f"{n}\n", None) for n in (1, 2, 3)),
    )
    assert found.left_out == ()


def test_methods_get_one_argument_a_line(verdicts: Verdicts) -> None:
    tests = [
        functional('["a", "bcd"]\n2', '"bcd"'),
        functional('["a"]\n2', '""'),
        functional('["a"\n2', '""'),
    ]
    found = read(
        tests[:1],
        packed(json.dumps(tests[1:])),
        starter_code=STARTER,
        metadata='{"func_name": "longest"}',
    )
    assert [(test.stdin, test.expected) for test in found.problem.tests] == [
        ("Solution().longest(['a', 'bcd'], 2)", "'bcd'"),
        ("Solution().longest(['a'], 2)", "''"),
    ]
    assert [line.partition(",")[0] for line in found.left_out] == ["test 2: not JSON"]
    assert "import whatever it uses:\n\n```python\nclass Solution:" in found.problem.statement
    body = "long = [w for w in words if len(w) >= least]\n        return max(long, default='')"
    source = f"from typing import List\n{STARTER}{body}"
    assert verdicts(found.problem, source) == [Verdict.ACCEPTED] * 2
    assert verdicts(found.problem, source.replace("long, ", "words, ")) == [
        Verdict.ACCEPTED,
        Verdict.WRONG_ANSWER,
    ]


def test_a_call_of_no_known_function_is_listed() -> None:
    found = read([stdin("1", "1"), functional("1", "1")])
    assert found.left_out == ("test 1: it calls a function, and metadata has no func_name",)
    with pytest.raises(Unusable, match=r"^row: no test that can be judged outside; test 0: it "):
        read([functional("1", "1")])


class Harmful:
    """Makes a file where its pickle is loaded."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self._path, "w")


def test_a_pickle_that_names_anything_is_refused_and_does_nothing(tmp_path: Any) -> None:
    for value in (Harmful(str(tmp_path / "made")), PurePosixPath("a"), [print]):
        with pytest.raises(UserError, match=r"^row: private_test_cases: .* it names \w+\.\w+$"):
            read([], packed(value))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "private",
    [
        "[",
        "no base64!",
        base64.b64encode(b"no zlib").decode(),
        base64.b64encode(zlib.compress(b"no pickle")).decode(),
        base64.b64encode(zlib.compress(b"")).decode(),
        base64.b64encode(zlib.compress(pickle.dumps("[]"))[:-6]).decode(),
        packed("no JSON"),
        packed(3),
    ],
)
def test_what_cannot_be_unpacked_is_one_line(private: str) -> None:
    with pytest.raises(UserError, match=r"^row: private_test_cases: .+$") as caught:
        read([stdin("1", "1")], private)
    assert "\n" not in str(caught.value)
    assert not isinstance(caught.value, Unusable)
