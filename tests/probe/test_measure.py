"""The probe, with a model whose answers are known."""

from collections.abc import Iterator
from functools import partial

import pytest

from tarot.capability import PatternCount, ProblemOutcomes
from tarot.config.sampling import SamplingSettings
from tarot.config.schema import PromptConfig
from tarot.grading.grader import Grader
from tarot.probe.measure import measure
from tarot.sampling import LoadedModel, sample
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits, Problem, TestCase, Tier
from tests.sampling.parrot import save_parrot

pytestmark = pytest.mark.e2e

LIMITS = Limits(cpu_s=5.0, wall_s=20.0, memory_mb=256, output_kb=64)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    grader = Grader(LocalSandbox(slots=1), LIMITS)
    yield grader
    grader.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return save_parrot(tmp_path_factory.mktemp("models") / "parrot", "print(7)")


def problem(name: str, statement: str, *expected: str) -> Problem:
    tiers = (Tier.BASIC, Tier.EDGE)
    tests = (TestCase("", text, tier) for text, tier in zip(expected, tiers, strict=True))
    return Problem(name, statement, tuple(tests))


PROBLEMS = (
    problem("half", "A long statement, so that this prompt is not the first.", "7", "8"),
    problem("none", "Short.", "8", "9"),
    problem("both", "Middling statement.", "7", "7"),
)


def measured(
    model: LoadedModel, grader: Grader, max_new_tokens: int, format_pattern: str | None = None
) -> tuple[ProblemOutcomes, ...]:
    return measure(
        partial(sample, model),
        PROBLEMS,
        PromptConfig(system=None, instruction="{statement}", format_pattern=format_pattern),
        True,
        grader=grader,
        samples=2,
        settings=SamplingSettings(1.0, 1.0, 0, max_new_tokens, batch_size=4),
        seed=0,
    )


def test_every_problem_gets_the_verdicts_of_its_own_tests(
    model: LoadedModel, grader: Grader
) -> None:
    passes = {"half": (1.0, 0.0), "none": (0.0, 0.0), "both": (1.0, 1.0)}
    assert measured(model, grader, max_new_tokens=12) == tuple(
        ProblemOutcomes(
            name, (PatternCount({Tier.BASIC: basic, Tier.EDGE: edge}, 2, truncated=False),)
        )
        for name, (basic, edge) in passes.items()
    )


@pytest.mark.parametrize(("pattern", "kept"), [(r"\n?print.*", True), (r"print\(\d", False)])
def test_the_whole_completion_has_to_keep_the_prompts_format(
    model: LoadedModel, grader: Grader, pattern: str, kept: bool
) -> None:
    for outcome in measured(model, grader, max_new_tokens=12, format_pattern=pattern):
        assert [(found.count, found.formatted) for found in outcome.patterns] == [(2, kept)]


def test_completions_that_were_cut_off_are_counted(model: LoadedModel, grader: Grader) -> None:
    nothing = (PatternCount({Tier.BASIC: 0.0, Tier.EDGE: 0.0}, 2, truncated=True),)
    for outcome in measured(model, grader, max_new_tokens=6):
        assert outcome == ProblemOutcomes(
            outcome.problem_id, nothing, num_no_code=2, num_truncated=2
        )
