"""From a composed config to a generation that can start, and what it would take at most."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from tarot.config.generation import GenerateConfig
from tarot.config.targets import build, check_target
from tarot.data import DataSource, JsonlSource
from tarot.generation.bases import Bases, read_bases
from tarot.generation.exchange import Estimate, Generator
from tarot.generation.folder import GenerationFolder
from tarot.generation.own_tests import MAX_OWN_TESTS
from tarot.generation.questions import Style, Wording
from tarot.generation.rounds import Course
from tarot.types import Limits, UserError


@dataclass(frozen=True, slots=True)
class PlannedGeneration:
    """A valid config and what it describes; `identity` is what tells its folder apart."""

    config: GenerateConfig
    generator: Generator
    source: DataSource
    course: Course
    folder: GenerationFolder
    identity: dict[str, Any]

    def bases(self) -> Bases:
        """The problems; UserError where there is none to make a suite for."""
        config = self.config
        num_tests = max(config.original_tests, MAX_OWN_TESTS)
        bases = read_bases(self.source, config.num_problems, config.references, num_tests)
        if not bases.usable:
            first = f"; the first: {bases.dropped[0].line}" if bases.dropped else ""
            raise UserError(f"data: no problem to make a suite for{first}")
        return bases


def plan_generation(config: GenerateConfig) -> PlannedGeneration:
    """Check the config and the data's settings; UserError for the first fault."""
    for key in ("data", "generator", "sandbox"):
        check_target(key, getattr(config, key))
    if config.hub.push and config.hub.id is None:
        raise UserError("hub.push=true: needs a repository; set hub.id=org/name")
    generator: Generator = build("generator", config.generator)
    generator.check_models(config.models)
    source: DataSource = build("data", config.data)
    if not isinstance(source, JsonlSource):  # whose check would end at the first fault of a row
        source.check()
    wording = Wording(
        Style(config.style),
        config.tests_per_tier,
        config.max_input_kb,
        config.max_output_tokens,
        Limits(**config.grading.limits.model_dump()),
    )
    course = Course(tuple(config.models), config.repairs, config.original_tests, wording)
    folder = GenerationFolder(Path(config.out))
    identity = _identity(config, source, wording)
    return PlannedGeneration(config, generator, source, course, folder, identity)


def show_plan(planned: PlannedGeneration, console: Console) -> None:
    """Requests, tokens and cost if every problem needs every attempt, and what is left to pay."""
    bases = planned.bases()
    for dropped in bases.dropped:
        console.print(dropped.line, highlight=False, markup=False, soft_wrap=True)
    columns = [Column(name, justify="right") for name in ("requests", "input", "output", "USD")]
    table = Table("attempt", "model", *columns, box=SIMPLE)
    total = 0.0
    for number, model, estimate in _estimates(planned, bases):
        total += estimate.max_cost_usd
        figures = (estimate.num_requests, estimate.input_tokens, estimate.max_output_tokens)
        cost = f"{estimate.max_cost_usd:,.2f}"
        table.add_row(str(number + 1), model, *(f"{one:,}" for one in figures), cost)
    console.print(table)
    console.print(
        f"{len(bases.usable)} problems, {len(bases.dropped)} rows that can't be used; the first "
        "attempt asks for all, each further one for what is still missing, with what was wrong "
        f"with it; at most ${total:,.2f} if nothing ever is right; answers on disk cost nothing",
        highlight=False,
        soft_wrap=True,
    )


def _estimates(planned: PlannedGeneration, bases: Bases) -> list[tuple[int, str, Estimate]]:
    """What each attempt takes where it asks for all again."""
    course = planned.course
    standings = [course.standing(base) for base in bases.usable]
    with TemporaryDirectory() as scratch:
        path = planned.folder.path
        place = path if path.is_dir() else Path(scratch)
        with planned.generator.open(place) as exchange:
            return [
                (
                    *attempt,
                    exchange.estimate(
                        [course.request(one, one.need(), attempt) for one in standings]
                    ),
                )
                for attempt in course.attempts()
            ]


def _identity(config: GenerateConfig, source: DataSource, wording: Wording) -> dict[str, Any]:
    names = ("models", "repairs", "style", "tests_per_tier", "original_tests", "references")
    more = ("num_problems", "max_input_kb", "seed")
    grading = config.grading.model_dump(exclude={"max_unjudged_share"})
    data = config.data
    return {
        **{name: getattr(config, name) for name in (*names, *more)},
        "grading": grading,
        "source": str(data.get("id") or data.get("path") or data["_target_"].rpartition(".")[2]),
        "data": source.fingerprint(),
        "prompt_hash": wording.hash,
    }
