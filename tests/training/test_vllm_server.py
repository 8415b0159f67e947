"""A vLLM server as a launcher starts it: health, completions and stop, not the weight sync.

TRL sends weights to a server by NCCL alone, which takes a GPU on both sides.
"""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from launchers.vllm_server import Server
from tarot.cli.composition import compose
from tarot.config.sampling import SamplingSettings
from tarot.config.schema import RunConfig
from tarot.prompts import Message
from tarot.runs.serving import free_port
from tarot.sampling import Completion
from tarot.sampling.generation import token_ids
from tarot.training.shared_sampling import ask_server
from tests.sampling.parrot import save_parrot
from tests.training.vllm_on_cpu import PATIENCE_S, environment, still_running

pytestmark = pytest.mark.vllm

PROMPTS: list[list[Message]] = [[Message(role="user", content=text)] for text in ("x", "yy")]
# All prompts together have to be within a pass of vLLM's, of 2,048 tokens: of a request with a seed
# whose prompt it divides it sets back a generator by an offset, which those of a CPU don't have.
NUM_SAMPLES = 8
VLLM = "{mode: server, gpus: 1, tensor_parallel: 1, gpu_memory_utilization: 0.3}"


@dataclass(frozen=True)
class Story:
    """A server that is asked for completions and a weight sync, and then told to stop.

    `drawn` is what an evaluation gets for two prompts, by the same seeds twice. `fault_of_sync` is
    how its client refuses to sync, and `left` what runs on after the stop.
    """

    texts: list[str]
    drawn: list[list[list[Completion]]]
    fault_of_sync: Exception | None
    left: list[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """It serves a model that answers print(7) or print(8)."""
    from trl.generation.vllm_client import VLLMClient  # noqa: PLC0415 - needs vLLM

    folder = tmp_path_factory.mktemp("server")
    loaded = save_parrot(folder / "parrot", "print(7)", "print(8)")
    variables = environment(folder / "plugin")
    where = Server(_config(folder / "parrot"), free_port(), 0)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*where.command, "--enforce_eager"],
            env={**os.environ, "HF_HUB_OFFLINE": "1", **variables},
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        client = VLLMClient(base_url=where.url, connection_timeout=PATIENCE_S)
        client.check_server()
        texts = _written(client, loaded.tokenizer, 16)
        settings = SamplingSettings(1.0, 1.0, 0, max_new_tokens=12, batch_size=4)
        seeds = (1, 1 + NUM_SAMPLES)
        drawn = [
            ask_server(client, loaded, PROMPTS, NUM_SAMPLES, settings, seeds) for _ in range(2)
        ]
        fault = _fault_of_sync(client)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
        return Story(texts, drawn, fault, still_running(variables))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_a_server_is_found_by_its_health_and_writes_what_its_model_says(story: Story) -> None:
    assert set(story.texts) == {"print(7)", "print(8)"}


def test_an_evaluation_draws_by_seeds_and_sees_where_answers_end(story: Story) -> None:
    first, again = story.drawn
    assert first == again
    for completions in first:
        assert len(completions) == NUM_SAMPLES
        assert {one.text for one in completions} == {"print(7)", "print(8)"}
        assert {(one.num_tokens, one.truncated) for one in completions} == {(8, False)}


def test_its_weights_cannot_be_synced_without_a_gpu(story: Story) -> None:
    assert isinstance(story.fault_of_sync, NotImplementedError)


def test_a_signal_ends_it_with_all_its_processes(story: Story) -> None:
    assert story.left == []


def _written(client: Any, tokenizer: Any, number: int) -> list[str]:
    """So many completions of one prompt."""
    prompt = token_ids(tokenizer, [Message(role="user", content="x")])
    drawn = client.generate([prompt], n=number, max_tokens=12)
    return [tokenizer.decode(ids, skip_special_tokens=True) for ids in drawn["completion_ids"]]


def _fault_of_sync(client: Any) -> Exception | None:
    try:
        client.init_communicator(device="cpu")
    except NotImplementedError as error:
        return error
    return None


def _config(model: Path) -> RunConfig:
    settings = [f"model.id={model}", "model.source=hub", f"hardware.vllm={VLLM}"]
    (job,) = compose("train", ["+experiment=tiny", *settings])
    return RunConfig.model_validate(job.config)
