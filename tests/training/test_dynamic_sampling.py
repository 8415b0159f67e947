"""Steps that train on groups whose rewards vary, and say what finding them cost."""

import json
import shutil
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest
import torch
from datasets import Dataset

from tarot.cli.composition import compose
from tarot.cli.planning import plan_run
from tarot.runs import RunDirectory, prepare
from tarot.runs.comparison import RunComparison, compare_runs
from tarot.runs.rollouts import Rollout, read_rollouts
from tarot.sampling import LoadedModel
from tarot.sandbox.cloud.usage import SandboxUsage
from tarot.sandbox.local import LocalSandbox
from tarot.training.dynamic_sampling import DynamicGRPOTrainer, chosen, group_varies, joined
from tarot.types import Execution, Job, UserError
from tests.sampling.parrot import save_parrot
from tests.sampling.small_models import load_small
from tests.training.in_process import run_child
from tests.training.on_cpu import grpo_config

pytestmark = pytest.mark.e2e

GROUP, PER_STEP, MAX_BATCHES, NUM_STEPS = 4, 2, 3, 4
NAN = float("nan")


class CountedSandbox(LocalSandbox):
    """Takes of an account a request for each call, of which the first is the self-check."""

    num_calls = 0

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        self.num_calls += 1
        return super().run(jobs)

    def usage(self) -> SandboxUsage:
        return SandboxUsage(1, self.num_calls, 3600.0 * self.num_calls, 0.5 * self.num_calls)


def test_a_group_varies_where_two_of_its_rewards_differ() -> None:
    rewards = torch.tensor([[1.0, 0.5], [0.5, 0.5], [NAN, 0.5], [NAN, NAN]])
    assert group_varies(rewards) == [True, False, False, False]


@pytest.mark.parametrize(
    ("varied", "groups"),
    [
        ([True, True], [0, 1]),
        ([False, True, False, True], [1, 3]),
        ([True, True, True, True], [0, 1]),
        ([False, False, False, True], [0, 3]),
        ([False, False, False, False], [0, 1]),
    ],
)
def test_groups_that_vary_are_chosen_first(varied: list[bool], groups: list[int]) -> None:
    assert chosen(varied, 2) == groups


def test_batches_of_other_lengths_are_padded_as_each_was() -> None:
    narrow = {
        "prompt_ids": torch.tensor([[1], [2]]),
        "completion_ids": torch.tensor([[3], [4]]),
        "completion_mask": torch.tensor([[1], [1]]),
        "advantages": torch.tensor([0.5, -0.5]),
        "num_items_in_batch": torch.tensor(2),
    }
    wide = {
        "prompt_ids": torch.tensor([[9, 5], [6, 7]]),
        "completion_ids": torch.tensor([[8, 9], [8, 8]]),
        "completion_mask": torch.tensor([[1, 0], [1, 1]]),
        "advantages": torch.tensor([1.5, -1.5]),
        "num_items_in_batch": torch.tensor(3),
    }
    batch = joined([narrow, wide], [1, 3], pad_token_id=9)
    assert {key: tensor.tolist() for key, tensor in batch.items()} == {
        "prompt_ids": [[9, 2], [6, 7]],
        "completion_ids": [[4, 9], [8, 8]],
        "completion_mask": [[1, 0], [1, 1]],
        "advantages": [-0.5, -1.5],
        "num_items_in_batch": 3,
    }


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load_small(tmp_path_factory.mktemp("models") / "tiny", "tiny")


def test_a_step_trains_on_the_chosen_completions_token_for_token(
    model: LoadedModel, tmp_path: Path
) -> None:
    """Two of six problems vary, none of them in the step's own batch."""
    seen: list[tuple[str, list[int]]] = []
    told: list[Sequence[bool]] = []

    def rewards(problem_id: list[str], completion_ids: list[list[int]], **_: object) -> list[float]:
        seen.extend(zip(problem_id, completion_ids, strict=True))
        return [float(row % 2) if name in "45" else 1.0 for row, name in enumerate(problem_id)]

    rows = [
        {"prompt": [{"role": "user", "content": "Go." * (number + 1)}], "problem_id": str(number)}
        for number in range(6)
    ]
    trainer = DynamicGRPOTrainer(
        max_batches=MAX_BATCHES,
        on_selection=told.append,
        model=model.weights,
        processing_class=model.tokenizer,
        reward_funcs=[rewards],
        args=grpo_config(tmp_path, PER_STEP * GROUP, GROUP, max_completion_length=8),
        train_dataset=Dataset.from_list(rows),
    )
    model.weights.train()
    own = [row for row in rows[:PER_STEP] for _ in range(GROUP)]
    batch = trainer._generate_and_score_completions(own)
    groups = [name for name, _ in groupby(name for name, _ in seen)]
    assert groups[:PER_STEP] == ["0", "1"]
    assert len(set(groups)) == len(groups)
    assert told == [[name in "45" for name in groups]]
    masks = batch["completion_mask"].bool()
    found = [ids[mask].tolist() for ids, mask in zip(batch["completion_ids"], masks, strict=True)]
    assert found == [ids for name, ids in seen if name in "45"]
    assert batch["advantages"].abs().min() > 0.5
    assert batch["num_items_in_batch"] == sum(len(ids) for ids in found)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """A model that prints 7 or 8; of ten problems three accept one of the two, the rest neither."""
    folder = tmp_path_factory.mktemp("dynamic")
    save_parrot(folder / "model", "print(7)", "print(8)")
    rows = [
        {
            "id": f"p{number}",
            "statement": f"{number}",
            "tests": [{"stdin": "", "expected": "7" if number < 3 else "9", "tier": "basic"}],
        }
        for number in range(10)
    ]
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    settings = (
        *(
            "+experiment=tiny",
            "data=jsonl",
            f"data.path={folder / 'data.jsonl'}",
            f"run_dir={folder / 'run'}",
        ),
        *("data.dev_share=0.0", "data.test_share=0.0", "curriculum=average"),
        *("model.source=hub", f"model.id={folder / 'model'}", "trainer.learning_rate=1e-3"),
        *(f"problems_per_step={PER_STEP}", f"num_generations={GROUP}"),
        *("hardware.per_device_batch_size=4", f"trainer.max_steps={NUM_STEPS}"),
        *(f"dynamic_sampling={{max_batches: {MAX_BATCHES}}}", "trainer.save_total_limit=9"),
        f"sandbox._target_={__name__}.CountedSandbox",
    )
    run = prepared_with(*settings)
    assert run_child(run) == 0
    return run


def prepared_with(*settings: str) -> RunDirectory:
    (job,) = compose("train", settings)
    planned = plan_run(job.config)
    return prepare(planned.config, planned.data_fingerprint)


def groups_of(run: RunDirectory, step: int) -> list[list[Rollout]]:
    rows = [row for row in read_rollouts(run) if row.step == step]
    return [list(group) for _, group in groupby(rows, key=lambda row: row.group)]


@pytest.mark.parametrize("step", range(1, NUM_STEPS + 1))
def test_a_step_stops_when_enough_groups_vary_and_marks_them(run: RunDirectory, step: int) -> None:
    groups = groups_of(run, step)
    assert [group[0].group for group in groups] == list(range(len(groups)))
    assert all(len({row.problem_id for row in group}) == 1 for group in groups)
    varied = [len({row.reward for row in group}) == 2 for group in groups]
    num_batches = len(groups) // PER_STEP
    assert sum(varied[:-PER_STEP]) < PER_STEP
    assert sum(varied) >= PER_STEP or num_batches == MAX_BATCHES
    selected = [group for group, rows in enumerate(groups) if rows[0].selected]
    in_order = [group for group, is_varied in enumerate(varied) if is_varied]
    others = [group for group, is_varied in enumerate(varied) if not is_varied]
    assert selected == sorted((in_order + others)[:PER_STEP])
    assert all(row.selected == rows[0].selected for rows in groups for row in rows)
    line = list(run.log.lines())[step - 1]
    assert line["sampling/generated"] == len(groups) * GROUP
    assert line["sampling/kept_share"] == 1 / num_batches
    assert line["sampling/varied_share"] == sum(varied[group] for group in selected) / PER_STEP
    assert line["group/zero_variance"] == pytest.approx(varied.count(False) / len(varied))
    num_calls = num_batches + (step == 1)
    names = ("creations", "requests", "sandbox_s", "usd")
    assert [line[f"sandbox/{name}"] for name in names] == pytest.approx(
        [int(step == 1), num_calls, 3600 * num_calls, num_calls / 2]
    )


def test_some_step_of_the_run_had_to_sample_more(run: RunDirectory) -> None:
    assert max(len(groups_of(run, step)) for step in range(1, NUM_STEPS + 1)) > PER_STEP


def test_a_resumed_run_samples_the_same(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    resumed = RunDirectory(run.path.with_name("resumed"))
    shutil.copytree(run.path, resumed.path)
    resumed.summary_path.unlink()
    for step in (3, 4):
        shutil.rmtree(resumed.checkpoints_path / f"checkpoint-{step}")
    assert run_child(resumed) == 0
    num_calls = 1 + sum(len(groups_of(run, step)) // PER_STEP for step in (3, 4))
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"sandboxes, since this start: 1 created, {num_calls:.2f} hours, {num_calls} requests, "
        f"about {num_calls / 2:.2f} USD"
    )
    assert compare_runs(run, resumed) == RunComparison(NUM_STEPS, None, 0.0)
    marks = [[row.selected for row in read_rollouts(one)] for one in (run, resumed)]
    assert marks[0] == marks[1]
    last = f"checkpoints/checkpoint-{NUM_STEPS}/model.safetensors"
    assert (run.path / last).read_bytes() == (resumed.path / last).read_bytes()


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (["trainer.scale_rewards=batch"], "dynamic_sampling: trainer.scale_rewards=batch scales"),
        (["reward.aggregate=decoupled"], "dynamic_sampling: reward.aggregate=decoupled normalises"),
    ],
)
def test_what_it_does_not_cover_is_refused_in_one_line(overrides: list[str], line: str) -> None:
    with pytest.raises(UserError) as caught:
        prepared_with("+experiment=tiny", "dynamic_sampling={max_batches: 2}", *overrides)
    assert str(caught.value).startswith(line)
