"""The log of a real run gives back its rewards, to the bit."""

import json
from pathlib import Path
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.cli.planning import plan_run
from tarot.runs import RunDirectory, prepare
from tests.sampling.parrot import save_parrot
from tests.training.in_process import run_child
from tests.training.workplace import Finished, Workplace

pytestmark = pytest.mark.e2e

ANSWERS = ("7", "8", "7", "8")
TIERS = ("basic", "intermediate", "complex", "edge")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """Five steps under forward_ce of a model that prints 7 or 8; each passes two of four tiers."""
    folder = tmp_path_factory.mktemp("rescored")
    save_parrot(folder / "model", "print(7)", "print(8)")
    tests = [
        {"stdin": "", "expected": answer, "tier": tier}
        for answer, tier in zip(ANSWERS, TIERS, strict=True)
    ]
    rows = [{"id": f"p{n}", "statement": f"{n}", "tests": tests} for n in range(4)]
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    settings = (
        *("+experiment=tiny", "curriculum=forward_ce", "prompt.format_pattern='print.7.'"),
        *("data=jsonl", f"data.path={folder / 'data.jsonl'}", f"run_dir={folder / 'run'}"),
        *("data.dev_share=0.0", "data.test_share=0.0", "trainer.learning_rate=1e-6"),
        *("model.source=hub", f"model.id={folder / 'model'}", "trainer.max_steps=5"),
        *("num_generations=4", "hardware.per_device_batch_size=8"),
    )
    (job,) = compose("train", settings)
    planned = plan_run(job.config)
    run = prepare(planned.config, planned.data_fingerprint)
    assert run_child(run) == 0
    return run


def rescored(path: Path, *arguments: str) -> dict[str, Any]:
    """What the command finds, as JSON."""
    out = path.with_name(f"{path.name}-rescored")
    assert main(["rescore", f"run={path}", f"out={out}", *arguments]) == 0
    plain: dict[str, Any] = json.loads((out / "rescored.json").read_text())
    return plain


def test_the_rewards_of_a_real_run_come_back_to_the_bit(run: RunDirectory) -> None:
    plain = rescored(run.path)
    assert plain["original"]["policy"] == "forward_ce, as logged"
    assert plain["num_reproduced"] == plain["num_rollouts"] == 40


def test_the_figures_of_the_run_are_those_of_its_log(run: RunDirectory) -> None:
    curves = rescored(run.path)["original"]["curves"]
    lines = list(run.log.lines())
    assert curves["steps"] == [line["step"] for line in lines]
    assert curves["rewards"] == pytest.approx([line["reward"] for line in lines], abs=1e-6)
    assert curves["zero_variance"] == [line["group/zero_variance"] for line in lines]


def test_policies_pay_for_the_tiers_that_they_count(run: RunDirectory) -> None:
    """7 passes basic, 8 passes edge, and neither passes all."""
    found = {one["policy"]: one for one in rescored(run.path, "parts={code: 1.0}")["policies"]}
    assert found["basic_only"]["reward"] + found["edge_only"]["reward"] == pytest.approx(1.0)
    assert found["pass_at_all"]["reward"] == 0.0
    assert found["average"]["reward"] == 0.5


def test_a_reward_of_the_users_own_comes_back_to_the_bit(
    workplace: Workplace, whole: Finished
) -> None:
    """Its class stands in the folder where the command is typed."""
    assert whole.returncode == 0
    command = ("-m", "tarot.cli", "rescore", "run=whole", "out=rescored", "curriculum=average")
    finished = workplace.finish(workplace.start(*command))
    assert (finished.returncode, finished.stderr) == (0, "")
    plain = json.loads((workplace.folder / "rescored" / "rescored.json").read_text())
    assert plain["num_reproduced"] == plain["num_rollouts"] == 24
    (average,) = plain["policies"]
    assert average["reward"] == plain["original"]["reward"]


def test_a_decoupled_run_gives_its_sums_back_and_says_what_its_figures_are_of(
    run: RunDirectory, tmp_path: Path
) -> None:
    config = {**run.config(), "run_dir": str(tmp_path / "decoupled")}
    config["reward"] = {**config["reward"], "aggregate": "decoupled"}
    planned = plan_run(config)
    decoupled = prepare(planned.config, planned.data_fingerprint)
    assert run_child(decoupled) == 0
    plain = rescored(decoupled.path)
    assert plain["num_reproduced"] == plain["num_rollouts"] == 40
    assert plain["notes"][0].startswith("reward.aggregate=decoupled: groups without variance")
    line = next(decoupled.log.lines())
    assert {"rewards/code/mean", "rewards/format/mean"} < line.keys()
    assert line["reward"] == pytest.approx(
        line["rewards/code/mean"] + line["rewards/format/mean"], abs=1e-6
    )
