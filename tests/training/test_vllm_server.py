"""A vLLM server as a launcher starts it: health, completions and stop, not the weight sync.

TRL sends weights to a server by NCCL alone, which takes a GPU on both sides.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from launchers import vllm_server
from tarot.cli.composition import compose
from tarot.config.schema import RunConfig
from tarot.prompts import Message
from tarot.sampling.generation import token_ids
from tests.sampling.parrot import save_parrot
from tests.training.vllm_on_cpu import PATIENCE_S, environment, still_running

pytestmark = pytest.mark.vllm

VLLM = "{mode: server, gpus: 1, tensor_parallel: 1, gpu_memory_utilization: 0.3}"


@dataclass(frozen=True)
class Server:
    """A server that is up, its client, and a prompt for its model."""

    process: "subprocess.Popen[str]"
    variables: dict[str, str]
    client: Any
    tokenizer: Any

    def write(self, number: int) -> list[str]:
        """So many completions of one prompt."""
        prompt = token_ids(self.tokenizer, [Message(role="user", content="x")])
        drawn = self.client.generate([prompt], n=number, max_tokens=12)
        return [
            self.tokenizer.decode(ids, skip_special_tokens=True) for ids in drawn["completion_ids"]
        ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serves a model that answers print(7) or print(8)."""
    from trl.generation.vllm_client import VLLMClient  # noqa: PLC0415 - needs vLLM

    folder = tmp_path_factory.mktemp("server")
    loaded = save_parrot(folder / "parrot", "print(7)", "print(8)")
    variables = environment(folder / "plugin")
    where = vllm_server.Server(_config(folder / "parrot"), vllm_server.free_port(), 0)
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
        yield Server(process, variables, client, loaded.tokenizer)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_a_server_is_found_by_its_health_and_writes_what_its_model_says(server: Server) -> None:
    server.client.check_server()
    assert set(server.write(16)) == {"print(7)", "print(8)"}


def test_its_weights_cannot_be_synced_without_a_gpu(server: Server) -> None:
    with pytest.raises(NotImplementedError):
        server.client.init_communicator(device="cpu")


def test_a_signal_ends_it_with_all_its_processes(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(PATIENCE_S)
    assert still_running(server.variables) == []


def _config(model: Path) -> RunConfig:
    settings = [f"model.id={model}", "model.source=hub", f"hardware.vllm={VLLM}"]
    (job,) = compose("train", ["+experiment=tiny", *settings])
    return RunConfig.model_validate(job.config)
