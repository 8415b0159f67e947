import pytest

from tarot.grading.comparators import Comparator


@pytest.mark.parametrize(
    ("output", "expected", "verdict"),
    [
        (b"1 2 3\n", b"1 2 3", True),
        (b"1\r\n2\t3\v4\f5", b"1 2 3 4 5\n", True),
        (b"", b" \n", True),
        (b"\n1\n", b"1", True),
        (b"1\n", b"1\n2\n", False),
        (b"1\n2\n", b"1\n", False),
        (b"Yes", b"YES", False),
        (b"1.0", b"1", False),
        (b"01", b"1", False),
        (b"12", b"1 2", False),
        (b"1\xc2\xa02", b"1 2", False),
        (b"1\x002", b"1 2", False),
        (b"1\x1c2", b"1 2", False),
        (b"\xff\xfe1", b"1", False),
        (b"1000001", b"1000000", False),
    ],
)
def test_tokens_are_compared_between_ascii_white_space(
    output: bytes, expected: bytes, verdict: bool
) -> None:
    assert Comparator.TOKENS.accepts(output, expected) is verdict


@pytest.mark.parametrize(
    ("output", "expected", "verdict"),
    [
        (b"1\n2\n", b"1\n2\n", True),
        (b"  1 \n2", b"1\n 2", True),
        (b"1\n", b"1\n2\n3\n", True),
        (b"1\n2\n", b"1", True),
        (b"", b"\n5", True),
        (b"1 2", b"1\n2", False),
        (b"1  2", b"1 2", False),
        (b"\n5\n", b"\n5\n", False),
        (b"\xff", b"1", False),
    ],
)
def test_the_published_comparator_keeps_its_faults(
    output: bytes, expected: bytes, verdict: bool
) -> None:
    assert Comparator.PUBLISHED.accepts(output, expected) is verdict


@pytest.mark.parametrize(
    ("output", "expected", "verdict"),
    [
        (b"0.333333", b"0.3333333333", True),
        (b"0.33333", b"0.3333333333", False),
        (b"1000001", b"1000000", True),
        (b"1000002", b"1000000", False),
        (b"1e-7", b"0", True),
        (b"1e-5", b"0", False),
        (b"1 2.0000001", b"1.0 2", True),
        (b"x 1", b"x 1.0000001", True),
        (b"x", b"y", False),
        (b"1", b"1 2", False),
        (b"nan", b"1", False),
        (b"nan", b"nan", True),
        (b"inf", b"1e999", False),
        (b"1_0", b"10", False),
        (b"1e999", b"1e998", False),
    ],
)
def test_numbers_may_differ_by_a_millionth(output: bytes, expected: bytes, verdict: bool) -> None:
    assert Comparator.FLOAT.accepts(output, expected) is verdict
