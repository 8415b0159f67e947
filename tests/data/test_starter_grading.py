"""References pass all their tests in the sandbox, and mistakes fail those that they should."""

import logging
from collections.abc import Sequence

import pytest

from tarot.data.source import Split
from tarot.data.starter import families_of, starter_problems
from tarot.grading.grader import Grader
from tarot.types import Problem, TestKind, Verdict
from tests.data.starter_suites import Attempt, Made, made_problems, one_of_each_family, surprises

MIN_SHARE_OF_FAMILIES = 0.9
NUM_A_BATCH = 200

LOGGER = logging.getLogger(__name__)

forms = pytest.mark.parametrize("form", list(TestKind))


@forms
def test_references_pass_all_their_tests(grader: Grader, form: TestKind) -> None:
    references = [Attempt(made, None) for made in _seen_and_unseen(form)]
    assert surprises(grader, references) == {}


@forms
def test_mistakes_fail_the_tiers_that_they_name(brief_grader: Grader, form: TestKind) -> None:
    made = _seen_and_unseen(form)
    astray = surprises(brief_grader, _mistakes(made))
    share = 1 - len(astray) / len(made)
    assert share >= MIN_SHARE_OF_FAMILIES, astray


@pytest.mark.soak
@forms
@pytest.mark.parametrize("seed", [1, 2])
def test_mistakes_fail_their_tiers_on_more_problems(
    grader: Grader, form: TestKind, seed: int
) -> None:
    made = [
        one for split in (Split.TRAIN, Split.UNSEEN) for one in made_problems(split, form, 4, seed)
    ]
    astray: dict[str, list[str]] = {}
    attempts = _mistakes(made)
    for start in range(0, len(attempts), NUM_A_BATCH):
        found = surprises(grader, attempts[start : start + NUM_A_BATCH])
        for name, messages in found.items():
            astray.setdefault(name, []).extend(messages)
        LOGGER.info("mistakes from %d of %d, astray: %s", start, len(attempts), found)
    share = 1 - len(astray) / len({one.family.name for one in made})
    assert share >= MIN_SHARE_OF_FAMILIES, astray


@pytest.mark.soak
@forms
@pytest.mark.parametrize(
    ("split", "number", "seed"),
    [
        (Split.TRAIN, 240, 0),
        (Split.DEV, 96, 0),
        (Split.TEST, 96, 0),
        (Split.UNSEEN, 96, 0),
        (Split.TRAIN, 2000, 1),
    ],
)
def test_references_pass_everything(
    grader: Grader, form: TestKind, split: Split, number: int, seed: int
) -> None:
    problems = starter_problems(families_of(split, form), split, number, seed)
    assert len({problem.id for problem in problems}) == number
    refused = []
    for start in range(0, number, NUM_A_BATCH):
        refused += _refused(grader, problems[start : start + NUM_A_BATCH])
        LOGGER.info("problems from %d of %d, refused so far: %s", start, number, refused)
    assert refused == []


def _seen_and_unseen(form: TestKind) -> list[Made]:
    return [*one_of_each_family(Split.TRAIN, form), *one_of_each_family(Split.UNSEEN, form)]


def _mistakes(made: Sequence[Made]) -> list[Attempt]:
    return [Attempt(one, mistake) for one in made for mistake in one.family.mistakes]


def _refused(grader: Grader, problems: tuple[Problem, ...]) -> list[tuple[str, object, Verdict]]:
    grades = grader.grade([(problem, problem.reference or "") for problem in problems])
    return [
        (problem.id, result.tier, result.verdict)
        for problem, grade in zip(problems, grades, strict=True)
        for result in grade.results
        if result.verdict is not Verdict.ACCEPTED
    ]
