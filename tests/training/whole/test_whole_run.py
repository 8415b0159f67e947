"""`train.py` from the command to the summary, without an interruption."""

import hashlib
import json
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tarot.capability import Decision
from tarot.config.schema import RunConfig
from tarot.runs.rollouts import read_rollouts
from tarot.sampling import local_checkpoint
from tarot.training.cold_start_cache import cached_folder
from tarot.types import Tier
from tests.training.workplace import NUM_STEPS, Finished, Workplace

pytestmark = pytest.mark.e2e


def snapshot(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_a_run_ends_well_and_says_where_it_is(whole: Finished) -> None:
    assert (whole.returncode, whole.stderr) == (0, "")
    directory, following = whole.stdout.splitlines()[-2:]
    assert directory == "run directory: whole"
    assert following.startswith("next: ")
    assert following.endswith("tarot reproduce run=whole")
    for step in range(NUM_STEPS):
        assert f"GRPO  {step}/{NUM_STEPS}  reward 0." in whole.stdout


def test_config_holds_the_reward_from_the_users_own_group(
    workplace: Workplace, whole: Finished
) -> None:
    reward = workplace.run("whole").config()["reward"]
    assert reward == {
        "_target_": "letters.LetterReward",
        "letters": "abcdefghijklmnopqrstuvwxyz",
    }


def test_outcomes_hold_the_probe_and_both_splits_before_and_after(
    workplace: Workplace, whole: Finished
) -> None:
    files = {path.name for path in workplace.run("whole").outcomes_path.iterdir()}
    pairs = {f"{when}-{s}.json" for when in ("before", "after") for s in ("test", "unseen")}
    assert files == {"probe.json", *pairs}


def test_the_decision_names_a_candidate_and_its_reason(
    workplace: Workplace, whole: Finished
) -> None:
    decision = json.loads(workplace.run("whole").decision_path.read_text())
    candidates = [candidate["name"] for candidate in decision["candidates"]]
    assert decision["chosen"] in candidates
    assert decision["reason"].startswith("Starved")
    assert f"{Decision.from_json(decision).block}\n" in whole.stdout


def test_the_log_has_a_line_a_step_with_the_same_keys(
    workplace: Workplace, whole: Finished
) -> None:
    lines = list(workplace.run("whole").log.lines())
    assert [line["step"] for line in lines] == list(range(1, NUM_STEPS + 1))
    assert len({frozenset(line) for line in lines}) == 1
    keys = {"loss", "grad_norm", "reward/letters", "sandbox/infrastructure", "sandbox/queue"}
    assert keys | {f"tier/{tier}/pass_rate" for tier in Tier} <= lines[0].keys()
    assert all(line["completion/length"] <= 16 for line in lines)
    assert all(line["sandbox/retries"] == 0 for line in lines)


def test_every_step_has_its_rollouts_with_progress_and_weights(
    workplace: Workplace, whole: Finished
) -> None:
    run = workplace.run("whole")
    assert list(run.rollout_files()) == list(range(1, NUM_STEPS + 1))
    rollouts = list(read_rollouts(run))
    assert [row.group for row in rollouts] == [0, 0, 1, 1] * NUM_STEPS
    assert {row.progress for row in rollouts} == {step / NUM_STEPS for step in range(NUM_STEPS)}
    assert all(row.results and row.weights.weights and row.num_tokens for row in rollouts)


def test_rewards_vary_and_the_log_agrees_with_the_rollouts(
    workplace: Workplace, whole: Finished
) -> None:
    run = workplace.run("whole")
    rollouts = list(read_rollouts(run))
    assert len({row.reward for row in rollouts}) > NUM_STEPS
    for line in run.log.lines():
        rewards = [row.reward for row in rollouts if row.step == line["step"]]
        mean = sum(reward for reward in rewards if reward is not None) / 4
        assert line["reward"] == pytest.approx(mean, abs=1e-6)


def test_weights_change_between_checkpoints_of_which_the_last_two_are_kept(
    workplace: Workplace, whole: Finished
) -> None:
    folder = workplace.run("whole").checkpoints_path
    kept = sorted(path for path in folder.iterdir() if path.is_dir())
    assert [path.name for path in kept] == ["checkpoint-4", "checkpoint-6"]
    assert all((path / "complete").is_file() for path in kept)
    earlier, later = (load_file(path / "model.safetensors") for path in kept)
    assert any(not earlier[name].equal(later[name]) for name in earlier)


def test_the_cold_start_changes_the_weights(
    workplace: Workplace, whole: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAROT_CACHE", str(workplace.folder / "cache"))
    run = workplace.run("whole")
    config = RunConfig.model_validate(run.config())
    assert config.cold_start is not None
    base = Path(local_checkpoint(config.model))
    started = cached_folder(run, config, config.cold_start)
    before, after = (load_file(folder / "model.safetensors") for folder in (base, started))
    assert before.keys() == after.keys()
    assert any(not before[name].equal(after[name]) for name in before)


def test_the_summary_compares_before_and_after_on_both_splits(
    workplace: Workplace, whole: Finished
) -> None:
    summary = json.loads(workplace.run("whole").summary_path.read_text())
    assert summary["splits"].keys() == {"test", "unseen"}
    assert summary["splits"]["test"]["suite"].keys() == {"before", "after", "difference"}


def test_a_finished_run_is_left_as_it_is(workplace: Workplace, whole: Finished) -> None:
    folder = workplace.folder / "whole"
    before = snapshot(folder)
    again = workplace.train("run_dir=whole")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == "whole is finished; nothing to do\n"
    assert snapshot(folder) == before
