"""What a push needs is asked for before anything starts, in one line."""

import subprocess
from collections.abc import Callable

import pytest

from tarot.cli.composition import compose
from tarot.config.hub_access import check_hub
from tarot.config.run import validate_run
from tarot.config.schema import HubConfig
from tarot.types import UserError


def fault(*arguments: str) -> str:
    (job,) = compose("train", ["+experiment=tiny", *arguments])
    with pytest.raises(UserError) as caught:
        validate_run(job.config)
    return str(caught.value)


def test_a_push_needs_a_repository() -> None:
    assert fault("hub.push=true") == "hub.push=true: needs a repository; set hub.id=org/name"


def test_a_repository_has_an_owner_and_a_name() -> None:
    assert fault("hub.id=name").startswith('hub.id: "name" ')


def test_a_push_needs_weights() -> None:
    line = fault("hub.push=true", "hub.id=a/b", "trainer.save_strategy='no'")
    assert line == "hub.push=true: trainer.save_strategy=no keeps no weights; leave it out"


COLD_START = "cold_start={problems: 4, epochs: 1, batch_size: 2, learning_rate: 1e-3, seed: 0}"


@pytest.mark.parametrize(
    "settings",
    [
        (COLD_START,),
        ("trainer=lora",),
        ("trainer=lora", "model=qwen2.5-1.5b"),
        ("trainer=lora", "model=qwen2.5-1.5b", COLD_START),
        ("trainer=lora", "model=qwen2.5-1.5b", "model.id=./mine"),
    ],
)
def test_adapters_and_whole_weights_are_pushed_whatever_they_began_with(
    settings: tuple[str, ...],
) -> None:
    (job,) = compose("train", ["+experiment=tiny", "hub.push=true", "hub.id=a/b", *settings])
    assert validate_run(job.config).hub.push


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("push_to_hub=true", "hub.push"),
        ("hub_model_id=a/b", "hub.id"),
        ("hub_private_repo=true", "hub.private"),
    ],
)
def test_the_trainers_own_fields_point_here(field: str, place: str) -> None:
    assert fault(f"trainer.{field}").endswith(f"; set {place} instead")


def test_without_a_push_nothing_is_needed() -> None:
    check_hub(HubConfig(push=False, id=None, private=True))


def test_a_push_without_a_token_starts_nothing(
    cli: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    done = cli("train", "+experiment=tiny", "hub.push=true", "hub.id=a/b")
    assert done.returncode == 2
    assert done.stderr == ("hub.push=true: there is no token; set HF_TOKEN, or hub.push=false\n")
