"""A finished run of a model that answers 7 or 8, each as often, on problems of its own."""

from dataclasses import dataclass
from pathlib import Path

from tarot.data import write_jsonl
from tarot.runs import RunDirectory
from tarot.types import Problem, TestCase, Tier
from tests.sampling.parrot import save_parrot
from tests.training.in_process import prepared_from, run_child


@dataclass(frozen=True)
class Trained:
    """The run, its data as arguments, and its model."""

    run: RunDirectory
    data: tuple[str, ...]
    model: Path


def train_parrot(folder: Path) -> Trained:
    """One step, with all that it takes in `folder`."""
    save_parrot(folder / "parrot", "print(7)", "print(8)")
    problems = [_problem(f"problem {number}", str(7 + number % 3)) for number in range(12)]
    write_jsonl(problems, folder / "problems.jsonl")
    data = ("data=jsonl", f"data.path={folder}/problems.jsonl", "++data.test_share=0.5")
    run = prepared_from(
        "+experiment=tiny",
        "curriculum=average",
        "model.source=hub",
        f"model.id={folder}/parrot",
        "trainer.max_steps=1",
        "trainer.learning_rate=2e-2",
        "num_generations=8",
        "hardware.per_device_batch_size=16",
        "evaluation.problems=4",
        "evaluation.samples=8",
        "evaluation.batch_size=5",
        f"run_dir={folder}/run",
        *data,
    )
    assert run_child(run) == 0
    return Trained(run, data, folder / "parrot")


def _problem(name: str, expected: str) -> Problem:
    """Two tiers that one answer passes."""
    tests = (TestCase("", expected, Tier.BASIC), TestCase("", expected, Tier.EDGE))
    return Problem(name, f"Print {expected}.", tests, f"print({expected})")
