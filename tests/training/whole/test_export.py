"""`tarot export` of a whole run: a folder that stands by itself and says what the run says."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from tarot.cli.main import main
from tarot.config.schema import RunConfig
from tarot.runs import RunDirectory, read_json
from tarot.runs.exports import RECORD
from tarot.sampling import LoadedModel, load_model
from tarot.training.exporting import Answers, Mismatch, check, declare_ends, first_prompts
from tests.sampling.small_models import load_plainly, load_small
from tests.training.workplace import NUM_STEPS, Finished, Workplace

pytestmark = pytest.mark.e2e

COMMAND = ("-m", "tarot.cli", "export", "run=whole", "out=exported")


@dataclass(frozen=True)
class Story:
    """The run, the folder, and the same command twice."""

    run: RunDirectory
    folder: Path
    first: Finished
    again: Finished

    @property
    def checkpoint(self) -> Path:
        return self.run.checkpoints_path / f"checkpoint-{NUM_STEPS}"

    @property
    def config(self) -> RunConfig:
        return RunConfig.model_validate(self.run.config())


@pytest.fixture(scope="module")
def story(workplace: Workplace, whole: Finished) -> Story:
    first, again = (workplace.finish(workplace.start(*COMMAND)) for _ in range(2))
    assert first.returncode == 0, first.stderr
    return Story(workplace.run("whole"), workplace.folder / "exported", first, again)


@pytest.fixture(scope="module")
def trained(story: Story) -> LoadedModel:
    """The checkpoint as the run loads it."""
    return load_model(str(story.checkpoint), story.config.model, "float32")


@pytest.fixture(scope="module")
def answers(story: Story, trained: LoadedModel) -> Answers:
    return Answers.of(trained, first_prompts(story.config, trained.tokenizer), 16)


def test_the_command_says_what_was_compared_and_is_done_once(story: Story) -> None:
    record = read_json(story.folder / RECORD)
    assert story.first.stderr == ""
    assert story.first.stdout.splitlines()[-1] == (
        f"exported: step {NUM_STEPS} of whole in float32; to 4 of 4 prompts it answers as the "
        f"checkpoint, token by token ({record['tokens']} in all)"
    )
    assert 4 <= record["tokens"] <= 4 * 16
    assert (story.again.returncode, story.again.stdout) == (
        0,
        "exported is finished; nothing to do\n",
    )


def test_the_folder_stands_by_itself(
    story: Story, trained: LoadedModel, answers: Answers, workplace: Workplace, tmp_path: Path
) -> None:
    folder = tmp_path / "moved"
    shutil.copytree(story.folder, folder)
    beside = [path for path in folder.iterdir() if path.is_file()]
    assert {path.name for path in beside} >= {
        *("README.md", "model.safetensors", "config.json", "generation_config.json"),
        *("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"),
    }
    assert [path for path in beside if str(workplace.folder).encode() in path.read_bytes()] == []
    found = load_plainly(folder)
    assert found.weights.dtype == torch.float32
    ours, theirs = found.weights.state_dict(), trained.weights.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert found.tokenizer.chat_template == trained.tokenizer.chat_template
    assert answers.by(found) == answers
    assert len({tuple(answer.prompt) for answer in answers.greedy}) == 4


def test_all_configs_name_the_same_end(story: Story) -> None:
    found = load_plainly(story.folder)
    ends = {
        found.tokenizer.eos_token_id,
        found.weights.config.eos_token_id,
        found.weights.generation_config.eos_token_id,
    }
    assert found.tokenizer.convert_ids_to_tokens(list(ends)) == ["<|im_end|>"]


def test_the_end_that_a_run_was_given_takes_the_place_of_all(tmp_path: Path) -> None:
    load_small(tmp_path / "model", "tiny")
    loaded = load_small(tmp_path / "model", "tiny", eos_token="<|endoftext|>")
    token = loaded.tokenizer.convert_tokens_to_ids("<|endoftext|>")
    assert loaded.weights.config.eos_token_id != token
    declare_ends(loaded)
    assert loaded.weights.config.eos_token_id == token
    assert loaded.weights.generation_config.eos_token_id == token
    loaded.weights.generation_config.eos_token_id = [7, token]
    declare_ends(loaded)
    assert loaded.weights.config.eos_token_id == [token, 7]
    assert loaded.weights.generation_config.eos_token_id == [token, 7]


def test_the_card_says_what_made_the_weights_and_how_to_make_them_again(
    story: Story,
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, metadata, text = (story.folder / "README.md").read_text().split("---\n", 2)
    assert yaml.safe_load(metadata)["library_name"] == "transformers"
    assert f"| config sha | `{read_json(story.run.identity_path)['sha']}` |" in text
    assert f"| step | `{NUM_STEPS}` |" in text
    assert "after a cold start: supervised training on 4 reference solutions." in text
    assert story.config.prompt.instruction.rstrip() in text
    suite = read_json(story.run.summary_path)["splits"]["test"]["suite"]["after"]
    assert f"{100 * suite['mean']:.1f} [{100 * suite['low']:.1f}, " in text
    assert "tarot reproduce run=tarot\n" in text
    monkeypatch.chdir(workplace.folder)  # where its reward is
    assert main(["reproduce", "run=exported/tarot", "dry_run=true"]) == 0
    assert "tarot-again" in capsys.readouterr().out


def test_weights_that_were_changed_since_do_not_pass(
    story: Story, answers: Answers, tmp_path: Path
) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(story.folder, folder)
    check(folder, answers, "cpu")
    weights = load_file(folder / "model.safetensors")
    name = "model.layers.1.mlp.down_proj.weight"
    weights[name] = -10 * weights[name]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(Mismatch, match=r"to prompt \d of 4, token \d+ is \d+ and not \d+$"):
        check(folder, answers, "cpu")


def test_a_template_that_was_changed_since_does_not_pass(
    story: Story, answers: Answers, tmp_path: Path
) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(story.folder, folder)
    template = folder / "chat_template.jinja"
    template.write_text("Hello. " + template.read_text())
    with pytest.raises(Mismatch, match=r"prompt 1 of 4, which its tokenizer renders otherwise$"):
        check(folder, answers, "cpu")
