"""A finished run on its way to the hub, by the real client to a hub on this machine."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tarot.cli.composition import compose
from tarot.publishing.card import Subject, model_card
from tarot.runs import RunDirectory, mark_complete, prepare, write_json
from tests.publishing.model_hub import Store, model_hub

ROOT = Path(__file__).parents[2]
CODE = """
import json, sys
from pathlib import Path
from tarot.config.schema import HubConfig
from tarot.publishing import is_pushed, push
from tarot.runs import RunDirectory
run, hub = RunDirectory(Path(sys.argv[1])), HubConfig(push=True, id=sys.argv[2], private=True)
done = push(run, hub)
print(json.dumps([done.commit, done.fault, is_pushed(run, hub)]))
"""
NOTHING = {"mean": 0.0, "low": 0.0, "high": 0.0, "num_clusters": 4, "num_samples": 8}
SUITE = {
    "before": {**NOTHING, "mean": 0.161, "low": 0.1, "high": 0.222},
    "after": {**NOTHING, "mean": 0.302, "low": 0.25, "high": 0.354},
    "difference": {**NOTHING, "mean": 0.141, "low": -0.035, "high": 0.317},
}


@pytest.fixture
def hub() -> Iterator[Store]:
    with model_hub() as store:
        yield store


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """The files of a finished run, with a checkpoint that is not the last one beside it."""
    settings = ("+experiment=tiny", "curriculum=average", "model=smollm2-135m")
    (job,) = compose("train", [*settings, f"run_dir={tmp_path}/done"])
    found = prepare(job.config, "the hash of the data")
    for step in (1, 2):
        checkpoint = found.checkpoints_path / f"checkpoint-{step}"
        checkpoint.mkdir(parents=True)
        for name in ("model.safetensors", "config.json", "tokenizer.json", "optimizer.pt"):
            (checkpoint / name).write_text(f"{name} of {step}")
        mark_complete(checkpoint)
    write_json(found.summary_path, {"splits": {"test": {"suite": SUITE}}})
    return found


def pushed(run: RunDirectory, hub: Store, **variables: str) -> str:
    """What a process with the hub's environment prints of its push."""
    command = [sys.executable, "-c", CODE, str(run.path), "org/name"]
    environment = {"PYTHONPATH": str(ROOT), "HOME": str(run.path.parent), **hub.variables}
    done = subprocess.run(
        command, env={**environment, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_last_weights_go_to_a_private_repository_in_one_commit(
    run: RunDirectory, hub: Store
) -> None:
    address = f"{hub.endpoint}/org/name/commit/{'a' * 40}"
    assert pushed(run, hub) == f'["{address}", null, true]'
    files = hub.repositories["org/name"]
    assert files.keys() == {
        *("README.md", "model.safetensors", "config.json", "tokenizer.json"),
        *("tarot/config.json", "tarot/identity.json", "tarot/environment.json"),
        "tarot/summary.json",
    }
    assert files["model.safetensors"] == b"model.safetensors of 2"
    assert list(hub.objects.values()) == [b"model.safetensors of 2"]
    assert files["tarot/config.json"] == run.config_path.read_bytes()
    assert (hub.private, hub.commits) == ({"org/name": True}, ["Add done"])


def test_the_card_has_metadata_and_what_made_the_weights(run: RunDirectory, hub: Store) -> None:
    pushed(run, hub)
    _, metadata, text = hub.repositories["org/name"]["README.md"].decode().split("---\n", 2)
    assert yaml.safe_load(metadata) == {
        "base_model": run.config()["model"]["id"],
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["tarot", "trl", "grpo", "code", "curriculum-learning"],
    }
    sha = run.identity_path.read_text().partition('"sha": "')[2][:8]
    assert f"| config sha | `{sha}` |" in text
    assert "| data hash | `the hash of the data` |" in text
    assert '"_target_": "tarot.curriculum.StagedPolicy"' in text
    scores = "16.1 [10.0, 22.2] | 30.2 [25.0, 35.4] | +14.1 [-3.5, +31.7]"
    assert f"| test | suite | 4 | {scores} |" in text
    assert "tarot reproduce run=tarot\n" in text
    assert "- huggingface_hub" not in text
    assert "- pyarrow " in text


def test_the_card_says_what_the_adaptive_curriculum_chose(run: RunDirectory, hub: Store) -> None:
    write_json(run.decision_path, {"chosen": "forward_ce", "reason": "It is fed."})
    pushed(run, hub)
    files = hub.repositories["org/name"]
    assert b"`forward_ce`, chosen from a probe of the model. It is fed." in files["README.md"]
    assert "tarot/decision.json" in files


def test_the_card_names_a_cold_start(run: RunDirectory, hub: Store) -> None:
    write_json(run.config_path, {**run.config(), "cold_start": {"problems": 40}})
    pushed(run, hub)
    card = hub.repositories["org/name"]["README.md"].decode()
    assert "by TAROT, after a cold start: supervised training on 40 reference solutions.\n" in card


def test_a_card_says_whether_its_weights_were_measured(run: RunDirectory) -> None:
    """Of the step that did best in training, of the last, and of a run that isn't finished."""
    for step in (1, 2):
        run.log.append({"step": step})
    write_json(run.path / "best.json", {"step": 1, "metric": "eval/pass_at_1", "value": 0.25})
    best, last = (model_card(run, Subject("folder", step)) for step in (1, 2))
    assert "this is the best: eval/pass_at_1 0.25.\n" in best
    assert "What follows was measured after step 2, not with these weights.\n" in best
    assert "the best" not in last
    assert "not with these weights" not in last
    for card in (best, last):
        assert f"````\n{run.config()['prompt']['instruction'].rstrip()}\n````" in card
        assert "| 16.1 [10.0, 22.2] | 30.2 [25.0, 35.4] |" in card
        assert "```\ntarot reproduce run=tarot\n```" in card
    run.summary_path.unlink()
    assert "nothing else was measured" in model_card(run, Subject("folder", 2))


def test_a_folder_is_no_base_on_the_hub(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where its path looks like an id."""
    monkeypatch.chdir(run.path.parent)
    model = {**run.config()["model"], "source": "hub", "id": "models/mine"}
    write_json(run.config_path, {**run.config(), "model": model})
    assert "base_model: models/mine\n" in model_card(run, Subject("folder", 2))
    Path("models/mine").mkdir(parents=True)
    assert "base_model" not in model_card(run, Subject("folder", 2))


def test_a_card_names_four_bits(run: RunDirectory) -> None:
    lora = {"r": 8, "alpha": 16, "dropout": 0.0, "target_modules": None, "quantization": "nf4"}
    write_json(run.config_path, {**run.config(), "lora": lora})
    merged, adapter = (
        model_card(run, Subject("folder", 2, is_adapter)) for is_adapter in (False, True)
    )
    for card in (merged, adapter):
        assert "`, whose weights were in four bits (nf4) in training, trained with TRL's" in card
    assert "a LoRA adapter of rank 8, merged here into whole weights." in merged
    assert "merged" not in adapter


def test_pushing_again_changes_nothing(run: RunDirectory, hub: Store) -> None:
    first = pushed(run, hub)
    assert pushed(run, hub) == first
    assert hub.commits == ["Add done"]


def test_a_push_that_fails_is_recorded_and_made_good_by_the_next(
    run: RunDirectory, hub: Store
) -> None:
    hub.refuses_uploads = True
    refused = pushed(run, hub)
    assert refused.startswith("[null, ")
    assert "403" in refused
    assert refused.endswith(", false]")
    assert hub.repositories["org/name"] == {}
    hub.refuses_uploads = False
    assert pushed(run, hub).endswith("null, true]")
    assert "model.safetensors" in hub.repositories["org/name"]


def test_a_token_that_the_hub_refuses_is_a_failed_push(run: RunDirectory, hub: Store) -> None:
    refused = pushed(run, hub, HF_TOKEN="hf_wrong")
    assert "401" in refused
    assert refused.endswith(", false]")


def test_a_checkpoint_without_whole_weights_is_not_pushed(run: RunDirectory, hub: Store) -> None:
    for weights in run.checkpoints_path.rglob("model.safetensors"):
        weights.unlink()
    assert "has no weights in safetensors" in pushed(run, hub)
    assert hub.repositories == {}


def test_an_adapter_goes_with_its_config_and_its_card_says_so(
    run: RunDirectory, hub: Store
) -> None:
    lora = {"r": 8, "alpha": 16, "dropout": 0.0, "target_modules": None}
    model = {**run.config()["model"], "source": "hub"}
    write_json(run.config_path, {**run.config(), "lora": lora, "model": model})
    checkpoint = run.checkpoints_path / "checkpoint-2"
    for name in ("model.safetensors", "config.json"):
        (checkpoint / name).rename(checkpoint / f"adapter_{name}")
    mark_complete(checkpoint)
    assert pushed(run, hub).endswith("null, true]")
    files = hub.repositories["org/name"]
    assert {"adapter_model.safetensors", "adapter_config.json"} <= files.keys()
    assert b"library_name: peft" in files["README.md"]
    assert b"A LoRA adapter of `" in files["README.md"]
