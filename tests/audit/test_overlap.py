"""Statements that share text with a benchmark."""

import pytest

from tarot.audit.overlap import OverlapIndex, grams
from tarot.types import Problem

SORTED = "Given a list of integers return the sorted list without any of its repeated values"


def _index() -> OverlapIndex:
    index = OverlapIndex()
    index.add("bench", [Problem("b1", SORTED, ()), Problem("b2", "Add two numbers.", ())])
    return index


def test_a_text_of_n_words_has_n_minus_seven_grams_and_a_short_one_has_one() -> None:
    assert len(grams("one two three four five six seven eight nine ten")) == 3
    assert len(grams("one two three")) == 1
    assert grams(" ... ") == set()


def test_case_and_punctuation_do_not_hide_a_copy() -> None:
    shouted = "GIVEN a list, of integers: return the *sorted* list"
    overlap = _index().find(shouted)
    assert overlap is not None
    assert overlap.item == "bench: b1"
    assert overlap.share == 1.0


def test_the_share_counts_the_statement_that_is_looked_at() -> None:
    """14 words of the benchmark's, 7 grams; 6 words more make 13 grams, of which it has 7."""
    longer = f"{SORTED.removesuffix(' values')} items please and print it all"
    overlap = _index().find(longer)
    assert overlap is not None
    assert overlap.share == pytest.approx(7 / 13)


def test_seven_words_in_a_row_are_no_overlap() -> None:
    assert _index().find("Given a list of integers return the maximum of all") is None


def test_the_item_that_shares_most_is_named() -> None:
    index = _index()
    index.add("other", [Problem("o1", f"{SORTED} in descending order by their absolute size", ())])
    overlap = index.find("values in descending order by their absolute size when printed")
    assert overlap is not None
    assert overlap.item == "other: o1"


def test_nothing_overlaps_with_nothing() -> None:
    assert OverlapIndex().find(SORTED) is None
    assert _index().find("") is None
