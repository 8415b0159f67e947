"""What `model=hub` leaves open comes from the model's own files, or one line says what to do."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.config.model_facts import with_facts
from tarot.config.run import validate_run
from tarot.types import UserError
from tests.data.fake_hub import serving

CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "num_hidden_layers": 2,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_attention_heads": 4,
    "vocab_size": 512,
    "max_position_embeddings": 8192,
}
# 2 x (4 x 64 x 64 + 3 x 64 x 128 + 2 x 64) + 2 x 512 x 64 + 64.
PARAMETERS = 147_776
TOKENIZER = {"chat_template": "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"}
OPEN = (
    "family, layers, hidden_size, intermediate_size, heads, kv_heads, head_dim, vocab_size, "
    "tie_embeddings, context_length, parameters"
)
BY_HAND = (
    *("model.system_role=true", "model.architecture.family=llama", "model.architecture.layers=2"),
    *("model.architecture.hidden_size=64", "model.architecture.intermediate_size=128"),
    *("model.architecture.heads=4", "model.architecture.kv_heads=4"),
    *("model.architecture.head_dim=16", "model.architecture.vocab_size=512"),
    *("model.architecture.tie_embeddings=false", "model.architecture.context_length=8192"),
    f"model.architecture.parameters={PARAMETERS}",
)

GPU = ("trainer=lora", "hardware=gpu1_24gb", "data=starter_small", "curriculum=average")
END = "\0"
CHILD = f"""
import json, sys
from tarot.cli.main import main
for arguments in json.loads(sys.argv[1]):
    print(main(arguments), end={END!r}, flush=True)
"""

Plan = Callable[..., list[str]]


def folder(place: Path, *, tokenizer: object = TOKENIZER, **changes: object) -> Path:
    """A folder with the files that say what a model is; None as a change leaves a key out."""
    place.mkdir(exist_ok=True)
    config = {key: value for key, value in {**CONFIG, **changes}.items() if value is not None}
    (place / "config.json").write_text(json.dumps(config))
    (place / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    return place


@cache
def composed() -> dict[str, Any]:
    (job,) = compose("train", ["model=hub", "model.id=x"])
    return job.config


def model(place: Path, **changes: Any) -> dict[str, Any]:
    """The node `model` of a folder, with what its files say of what the changes leave open."""
    node = {**composed()["model"], **changes, "id": str(place)}
    found: dict[str, Any] = with_facts({**composed(), "model": node})["model"]
    return found


def test_a_folder_says_its_shape_and_what_its_template_takes(tmp_path: Path) -> None:
    found = model(folder(tmp_path))
    validate_run({**composed(), "model": found})
    assert found["system_role"] is True
    assert found["architecture"] == {
        **{"family": "llama", "layers": 2, "hidden_size": 64, "intermediate_size": 128},
        **{"heads": 4, "kv_heads": 4, "head_dim": 16, "vocab_size": 512},
        **{"tie_embeddings": False, "context_length": 8192, "experts": None},
        "parameters": PARAMETERS,
    }


def test_what_is_given_by_hand_comes_first(tmp_path: Path) -> None:
    shape = {**composed()["model"]["architecture"], "context_length": 99}
    found = model(folder(tmp_path), system_role=False, architecture=shape)
    assert (found["system_role"], found["architecture"]["context_length"]) == (False, 99)


def test_a_template_may_lie_in_a_file_of_its_own_and_refuse_the_system_role(tmp_path: Path) -> None:
    place = folder(tmp_path, tokenizer={})
    refusal = "{{ raise_exception('no') if messages[0].role == 'system' }}"
    (place / "chat_template.jinja").write_text(refusal + TOKENIZER["chat_template"])
    assert model(place)["system_role"] is False


def test_of_several_templates_the_default_one_counts(tmp_path: Path) -> None:
    several = [
        {"name": "tool_use", "template": "{{ messages[1].content }}"},
        {"name": "default", "template": TOKENIZER["chat_template"]},
    ]
    place = folder(tmp_path, tokenizer={"chat_template": several})
    assert model(place)["system_role"] is True


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"quantization_config": {"quant_method": "gptq"}},
            "it is quantized already (gptq); give the model that it was made of, and trainer=qlora",
        ),
        ({"is_encoder_decoder": True}, "it encodes and decodes; "),
        ({"architectures": ["BertForMaskedLM"]}, "it is a BertForMaskedLM, and none that writes"),
        (
            {"num_hidden_layers": None, "model_type": "odd"},
            "its config.json, of family odd, does not tell; give model.architecture.layers=… "
            "model.architecture.parameters=…",
        ),
        (
            {"n_shared_experts": 1, "n_routed_experts": 8, "num_experts_per_tok": 2},
            "its config.json, which has n_shared_experts, does not tell; give "
            "model.architecture.parameters=…",
        ),
        ({"tokenizer": {}}, "its tokenizer has no chat template; give the model that was made"),
        ({"tokenizer": {"chat_template": "{% odd %}"}}, "its chat template can't be rendered ("),
    ],
)
def test_a_model_that_is_not_fit_is_one_line(
    changes: dict[str, Any], line: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as caught:
        model(folder(tmp_path, **changes))
    assert str(caught.value).startswith(f"model.id={tmp_path}: {line}")


def test_a_folder_without_a_config_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"^model.id={tmp_path}: no folder or repository with a co"):
        model(tmp_path)


def test_a_family_that_nobody_knows_has_no_random_weights() -> None:
    (job,) = compose("train", ["model=tiny", "model.architecture.family=qwen4"])
    with pytest.raises(
        UserError, match=r"^model\.architecture\.family=qwen4: .*; did you mean qwe"
    ):
        validate_run(job.config)


def test_an_id_is_asked_for() -> None:
    with pytest.raises(UserError, match=r"^model\.id: missing; give model\.id=…$"):
        compose("train", ["model=hub"])


@pytest.fixture(scope="module")
def plan(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plan]:
    """`tarot plan` with several settings in an empty folder, and a hub with one model, `open/n`.

    What each prints ends with its exit code.
    """
    files = {
        "config.json": json.dumps(CONFIG).encode(),
        "tokenizer_config.json": json.dumps(TOKENIZER).encode(),
    }
    server = serving({"/open/n": files})  # no kind comes before the name of a model
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    place = tmp_path_factory.mktemp("planned")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
        "PYTHONPATH": str(root),
        "CUDA_VISIBLE_DEVICES": "",
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "HF_HOME": str(place / "home"),
        "NO_PROXY": "127.0.0.1",
    }

    def run(*settings: Sequence[str], **variables: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, json.dumps([["plan", *own] for own in settings])],
            cwd=place,
            env={**environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        return done.stdout.split(END)[:-1]

    yield run
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_hub_is_asked_once_and_by_hand_everything_can_be_given(plan: Plan) -> None:
    """The second process has no network; what it has in its cache it plans as the first."""
    known, other = (("model=hub", f"model.id={name}/n", *GPU) for name in ("open", "other"))
    planned, gated = plan(known, ("model=hub", "model.id=secret/n"))
    assert f"open/n ({PARAMETERS:,})" in planned
    assert planned.endswith("\n0")
    assert gated == "model.id=secret/n: gated; accept its terms on the hub and set HF_TOKEN\n2"
    again, refused, by_hand = plan(known, other, (*other, *BY_HAND), HF_HUB_OFFLINE="1")
    assert again == planned
    keys = ", ".join(f"model.architecture.{name}" for name in OPEN.split(", "))
    assert refused == (
        "model.id=other/n: not in the local cache, and the hub cannot be reached "
        f"(OfflineModeIsEnabled); connect once, or give model.system_role, {keys} by hand\n2"
    )
    assert f"other/n ({PARAMETERS:,})" in by_hand
    assert by_hand.endswith("\n0")
