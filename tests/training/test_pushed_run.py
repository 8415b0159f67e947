"""A run whose weights go to the hub: a hub that refuses them at first, then takes them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.data.fake_hub import SHA
from tests.publishing.model_hub import TOKEN, Store, model_hub
from tests.training.workplace import ROOT, Finished, Workplace

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

COMMAND = ("+experiment=tiny", "curriculum=average", "run_dir=pushed")
PUSH = ("hub.push=true", "hub.id=org/name")


@dataclass(frozen=True)
class Story:
    """The same command three times."""

    hub: Store
    refused: Finished
    taken: Finished
    again: Finished


@pytest.fixture(scope="module")
def story(workplace: Workplace) -> Iterator[Story]:
    def command() -> Finished:
        typed = (str(ROOT / "train.py"), *COMMAND, *PUSH)
        return workplace.finish(workplace.start(*typed, **hub.variables))

    with model_hub() as hub:
        hub.refuses_uploads = True
        refused = command()
        hub.refuses_uploads = False
        yield Story(hub, refused, command(), command())


def test_a_refused_push_leaves_a_finished_run_and_says_how_to_push(story: Story) -> None:
    assert story.refused.returncode == 0
    assert "not pushed: " in story.refused.stdout
    (line,) = story.refused.stderr.splitlines()
    assert line.startswith("pushed is finished but not pushed to org/name: ")
    assert "403" in line
    assert line.endswith(" ".join(("train.py", *COMMAND, *PUSH)))


def test_the_same_command_pushes_without_training(story: Story, workplace: Workplace) -> None:
    assert story.taken.returncode == 0
    assert "not pushed" not in story.taken.stderr  # where the upload's progress is shown
    address = f"{story.hub.endpoint}/org/name/commit/{SHA}"
    assert story.taken.stdout == f"pushed is finished; now pushed: {address}\n"
    ours = workplace.run("pushed").checkpoints_path / "checkpoint-2" / "model.safetensors"
    files = story.hub.repositories["org/name"]
    assert files["model.safetensors"] == ours.read_bytes()
    assert {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja"} <= files.keys()
    assert not any(name.endswith((".pt", ".pth", ".bin")) for name in files)


def test_a_pushed_run_is_left_alone(story: Story) -> None:
    assert story.again.stdout == "pushed is finished; nothing to do\n"
    assert story.hub.commits == ["Add pushed"]


def test_adapters_of_random_weights_are_pushed_merged(workplace: Workplace) -> None:
    typed = (str(ROOT / "train.py"), *COMMAND, *PUSH, "trainer=lora", "run_dir=adapted")
    with model_hub() as hub:
        finished = workplace.finish(workplace.start(*typed, **hub.variables))
        files = hub.repositories["org/name"]
    assert finished.returncode == 0, finished.stderr
    assert "not pushed" not in finished.stdout
    assert "model.safetensors" in files
    assert not any(name.startswith("adapter_") for name in files)
    assert b"library_name: transformers" in files["README.md"]
    assert b"merged here" in files["README.md"]
    left = [path.name for path in workplace.run("adapted").path.iterdir()]
    assert not any(name.startswith(".merged-") for name in left)


def test_the_token_is_in_no_file(story: Story, workplace: Workplace) -> None:
    assert story.taken.returncode == 0
    files = [path for path in workplace.run("pushed").path.rglob("*") if path.is_file()]
    assert [path for path in files if TOKEN.encode() in path.read_bytes()] == []
    sent = story.hub.repositories["org/name"].values()
    assert not any(TOKEN.encode() in content for content in sent)
