"""Short real trainings of the tiny model, each with one fault planted, and one without any.

The model answers with one of a few texts, of which the first is the likeliest and solves nothing;
the others pass one or two of four tiers. So it has something to learn, unless a fault takes it.
"""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tarot.cli.main import main
from tarot.explain.causes import Cause
from tarot.runs import RunDirectory
from tarot.runs.exits import Exit
from tarot.sandbox.local import LocalSandbox
from tarot.training import optimization
from tarot.training.trainer import TierGRPOTrainer
from tarot.types import Execution, GradedCompletion, Job, RewardValue, StopReason
from tests.sampling.parrot import save_parrot
from tests.training.in_process import prepared_from, run_child

ANSWERS = ("print(6)", "print(7)", "print(8)", "print(9)")
EXPECTED = {"basic": "7", "intermediate": "8", "complex": "7", "edge": "9"}
LIKELIER = 1.05
SETTINGS = (
    *("+experiment=tiny", "curriculum=average", "data=jsonl", "data.dev_share=0.0"),
    *("data.test_share=0.0", "model.source=hub", "trainer.max_steps=8", "num_generations=8"),
    *("trainer.learning_rate=1e-2", "trainer.save_steps=500", "hardware.per_device_batch_size=16"),
    *("evaluation.problems=1", "evaluation.unseen_problems=1"),
)


@dataclass(frozen=True)
class Plant:
    """What is different from a healthy run: settings, texts of the model, what tests expect.

    `cause` is what has to be named first, None for nothing; the run ends with exit code `ends`.
    """

    cause: Cause | None
    settings: Sequence[str] = ()
    texts: Sequence[str] = ANSWERS
    expected: Mapping[str, str] = field(default_factory=lambda: EXPECTED)
    is_stale: bool = False
    ends: Exit = Exit.OK


class LossySandbox(LocalSandbox):
    """Loses the results of programs that contain one of `lost`."""

    def __init__(self, lost: Sequence[str], **settings: Any) -> None:
        super().__init__(**settings)
        self._lost = tuple(lost)

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        return [
            replace(execution, stopped_by=StopReason.INFRASTRUCTURE)
            if any(text in job.program.source for text in self._lost)
            else execution
            for job, execution in zip(jobs, super().run(jobs), strict=True)
        ]


class ConstantReward:
    """The same for whatever comes."""

    part_names = ("constant",)

    def __init__(self, **_: Any) -> None:
        pass

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        return [RewardValue(0.5, {"constant": 0.5}) for _ in completions]


class StaleTrainer(TierGRPOTrainer):
    """Generates with the weights of its first step, as where a sync of weights does nothing."""

    _first: Mapping[str, torch.Tensor] | None = None

    def _generate_single_turn(self, *arguments: Any, **named: Any) -> Any:
        if self._first is None:
            self._first = copy.deepcopy(self.model.state_dict())
        current = copy.deepcopy(self.model.state_dict())
        self.model.load_state_dict(self._first)
        try:
            return super()._generate_single_turn(*arguments, **named)
        finally:
            self.model.load_state_dict(current)


SEVENS = ("print(7)", "print(+7)", "print( 7)", "print(\t7)")
PROSE = ("maybe", "later", "no idea")
LOOPS = ("while 1:str()", "while 2:str()", "while 3:str()")
NONE = dict.fromkeys(EXPECTED, "1")
SANDBOX = f"sandbox._target_={__name__}.LossySandbox"

PLANTS: Mapping[str, Plant] = {
    "healthy": Plant(None),
    "prose": Plant(Cause.NO_CODE, texts=PROSE),
    "short limit": Plant(Cause.TRUNCATED, ["trainer.max_completion_length=7"]),
    "another eos": Plant(
        Cause.WRONG_EOS, ['model.eos_token="<|endoftext|>"', "trainer.max_completion_length=24"]
    ),
    "form without sense": Plant(
        Cause.FORMAT_ONLY, ["prompt.format_pattern='print.[67].'"], expected=NONE
    ),
    "too hard": Plant(Cause.ALL_FAIL, expected=NONE),
    "too easy": Plant(Cause.ALL_PASS, texts=SEVENS, expected=dict.fromkeys(EXPECTED, "7")),
    "endless loops": Plant(
        Cause.TIME_LIMIT,
        ["grading.limits.cpu_s=0.2", "trainer.max_steps=4"],
        texts=LOOPS,
        expected={"basic": "7"},
    ),
    "lossy sandbox": Plant(
        Cause.OUTAGE,
        [SANDBOX, "sandbox.lost=['7','8','9']", "grading.max_unjudged_share=0.95"],
    ),
    "dead sandbox": Plant(
        Cause.OUTAGE, [SANDBOX, "sandbox.lost=['(6','(7','(8','(9']"], ends=Exit.OUTAGE
    ),
    "foreign tiers": Plant(Cause.NO_ACTIVE_TIER, ["curriculum=edge_only"], expected={"basic": "7"}),
    "constant reward": Plant(Cause.EQUAL_REWARDS, [f"reward._target_={__name__}.ConstantReward"]),
    "cold sampling": Plant(Cause.ENTROPY_COLLAPSE, ["trainer.temperature=0.02"]),
    "heavy penalty": Plant(Cause.LARGE_KL, ["trainer.beta=1000.0"]),
    "tight clipping": Plant(
        Cause.CLIPPED,
        [
            *("trainer.num_iterations=8", "trainer.epsilon=0.001", "trainer.max_steps=16"),
            "trainer.importance_sampling_level=sequence",
        ],
    ),
    "clipped away": Plant(Cause.SMALL_GRADIENT, ["trainer.max_grad_norm=1e-9"]),
    "unscaled crumbs": Plant(
        Cause.SMALL_GRADIENT, ["trainer.scale_rewards=none", "reward.parts={code: 1e-7}"]
    ),
    "tiny rate": Plant(Cause.SMALL_UPDATE, ["trainer.learning_rate=1e-12"]),
    "huge rate": Plant(Cause.EXPLODED, ["trainer.learning_rate=100.0"]),
    "hot generator": Plant(Cause.MISMATCH, ["trainer.generation_kwargs={temperature: 2.3}"]),
    "stale generator": Plant(
        Cause.UNSYNCED, ["trainer.max_steps=16", "trainer.learning_rate=2e-2"], is_stale=True
    ),
}


def train(plant: Plant, folder: Path) -> RunDirectory:
    """The run with this fault, trained to its end: in this process, unless it ends by a failure.

    Then it is the command that trains, which keeps what its child said.
    """
    folder.mkdir(parents=True)
    _save_model(folder / "model", plant.texts)
    tests = [{"stdin": "", "expected": e, "tier": tier} for tier, e in plant.expected.items()]
    rows = [{"id": f"p{n}", "statement": f"{n}", "tests": tests} for n in range(8)]
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    arguments = (
        *(*SETTINGS, *plant.settings, f"run_dir={folder / 'run'}"),
        *(f"model.id={folder / 'model'}", f"data.path={folder / 'data.jsonl'}"),
    )
    if plant.ends is not Exit.OK:
        assert main(["train", *arguments]) == plant.ends
        return RunDirectory.open(folder / "run")
    run = prepared_from(*arguments)
    with _trainer(StaleTrainer if plant.is_stale else TierGRPOTrainer):
        assert run_child(run) == Exit.OK
    return run


def _save_model(folder: Path, texts: Sequence[str]) -> None:
    """The first text is likelier by the logit at which it parts from the others."""
    loaded = save_parrot(folder, *texts)
    chains = [loaded.tokenizer(f"\n{text}")["input_ids"] for text in texts]
    first, other = chains[:2]
    place = next(n for n, pair in enumerate(zip(first, other, strict=False)) if len(set(pair)) > 1)
    with torch.no_grad():
        head = loaded.weights.get_output_embeddings().weight
        head[first[place], first[place - 1]] = LIKELIER
    loaded.weights.save_pretrained(folder)


@contextmanager
def _trainer(kind: type[TierGRPOTrainer]) -> Iterator[None]:
    """What trains, inside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimization, "TierGRPOTrainer", kind)
        yield
