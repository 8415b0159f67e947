"""What is found in the rows of a data set."""

from tarot.audit.data_set import DataAudit, audit_entries
from tarot.audit.findings import Consequence, FindingKind, counts_of, too_long
from tarot.audit.overlap import OverlapIndex
from tarot.data.entries import Entry
from tarot.data.rows import Unusable
from tarot.types import Problem, TestCase, TestKind, Tier, UserError


def _test(stdin: str, expected: str, tier: Tier | None = Tier.BASIC, **more: str) -> TestCase:
    return TestCase(stdin, expected, tier, **more)  # type: ignore[arg-type]


def _audit(*problems: Problem) -> DataAudit:
    entries = [Entry(f"rows:{number}", problem) for number, problem in enumerate(problems, 1)]
    return audit_entries(entries, OverlapIndex())


def _problem(name: str, *tests: TestCase, statement: str | None = None) -> Problem:
    return Problem(name, statement or f"Task {name}.", tests or (_test("1", "2"),), "print(2)")


def test_a_sound_data_set_has_no_findings_and_is_counted() -> None:
    call = TestCase("f(1)", "2", Tier.EDGE, TestKind.FUNCTION_CALL, checker="import sys")
    audit = _audit(_problem("a", _test("1", "2"), _test("2", "3"), call), _problem("b"))
    assert audit.findings == []
    assert audit.num_rows == 2
    assert audit.num_tests() == {Tier.BASIC: 3, Tier.EDGE: 1}
    assert audit.num_problems() == {
        Tier.BASIC: 2,
        Tier.INTERMEDIATE: 0,
        Tier.COMPLEX: 0,
        Tier.EDGE: 1,
    }
    assert audit.num_of_kind() == {TestKind.STDIN_STDOUT: 3, TestKind.FUNCTION_CALL: 1}
    assert audit.num_with_checker() == 1
    assert audit.num_references() == 2
    assert audit.clean() == audit.problems


def test_broken_rows_stop_a_run_and_unusable_ones_are_dropped() -> None:
    entries = [
        Entry("rows:1", None, fault=UserError("rows:1: statement: missing")),
        Entry("rows:2", None, fault=Unusable("rows:2: no test that can be judged outside")),
        Entry("rows:3", _problem("c"), left_out=("test 1: assert g(x)",)),
    ]
    audit = audit_entries(entries, OverlapIndex())
    assert [(one.kind, one.place, one.detail) for one in audit.findings] == [
        (FindingKind.FAULT, "rows:1", "statement: missing"),
        (FindingKind.UNUSABLE, "rows:2", "no test that can be judged outside"),
        (FindingKind.LOST_TEST, "rows:3", "test 1: assert g(x)"),
    ]
    assert (audit.num_rows, len(audit.problems)) == (3, 1)
    assert audit.clean() == []


def test_a_suite_without_tiers_is_told_what_helps() -> None:
    audit = _audit(
        _problem("a", _test("1", "2", None)), _problem("b", _test("1", "2", None), _test("2", "3"))
    )
    assert [(one.kind, one.problem) for one in audit.findings] == [(FindingKind.UNTIERED, "a")]
    assert "data.tiering=single" in audit.findings[0].detail
    assert audit.num_tests() == {Tier.BASIC: 1, None: 2}


def test_tests_that_contradict_each_other_are_found() -> None:
    same = _problem("a", _test("1\n", "2\n"), _test("1\n", " 2"))
    contrary = _problem("b", _test("1\n", "2\n"), _test("5", "5"), _test("1\n", "3\n", Tier.EDGE))
    free = _problem("c", _test("1", "2", checker="x"), _test("1", "3", checker="x"))
    (finding,) = _audit(same, contrary, free).findings
    assert (finding.kind, finding.problem) == (FindingKind.CONTRADICTION, "b")
    assert finding.detail.startswith("tests 0 and 2 ")


def test_repeated_ids_stop_a_run_and_repeated_statements_do_not() -> None:
    audit = _audit(
        _problem("a", statement="Add  one."),
        _problem("a", statement="Add two."),
        _problem("b", statement="Add one."),
    )
    assert [(one.kind, one.place, one.detail) for one in audit.findings] == [
        (FindingKind.REPEATED_ID, "rows:2", "stands already at rows:1"),
        (FindingKind.REPEATED_STATEMENT, "rows:3", "stands already at rows:1"),
    ]
    assert FindingKind.REPEATED_ID.consequence is Consequence.STOPS
    assert FindingKind.REPEATED_STATEMENT.consequence is Consequence.LOOK


def test_overlap_names_item_and_share() -> None:
    text = "Return the number of vowels in the given word of lower case letters"
    index = OverlapIndex()
    index.add("bench", [Problem("b1", text, ())])
    audit = audit_entries([Entry("rows:1", _problem("a", statement=text))], index)
    (finding,) = audit.findings
    assert (finding.kind, finding.detail) == (
        FindingKind.OVERLAP,
        "100% of its statement is in bench: b1",
    )


def test_prompts_over_the_limit_are_found() -> None:
    audit = _audit(_problem("a"), _problem("b"), _problem("c"))
    found = list(too_long(audit.problems, [10, 11, 12], limit=10))
    assert [(one.problem, one.detail) for one in found] == [
        ("b", "11 tokens, over max_prompt_tokens=10"),
        ("c", "12 tokens, over max_prompt_tokens=10"),
    ]


def test_findings_are_counted_gravest_first() -> None:
    audit = _audit(
        _problem("a", statement="Print any of them."),
        _problem("a"),
        _problem("b", statement="Task a."),
    )
    assert list(counts_of(audit.findings)) == [
        FindingKind.REPEATED_ID,
        FindingKind.REPEATED_STATEMENT,
        FindingKind.NEEDS_CHECKER,
    ]
