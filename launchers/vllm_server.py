"""A vLLM server beside a training, and how both sides find it."""

import sys
from dataclasses import dataclass

from tarot.config.schema import RunConfig
from tarot.config.vllm import SERVER_GROUP_PORT, SERVER_URL, context_length, names_server
from tarot.runs.children import Child
from tarot.runs.serving import HOST, fault_of_start
from tarot.types import UserError


@dataclass(frozen=True, slots=True)
class Server:
    """A server for one run: what it serves, on which port, to a training with its own GPUs."""

    config: RunConfig
    port: int | str
    group_port: int | str

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    @property
    def arguments(self) -> list[str]:
        """What `trl vllm-serve` is told."""
        vllm = self.config.hardware.vllm
        assert vllm is not None
        revision = self.config.model.revision
        return [
            *("--model", self.config.model.id),
            *(("--revision", revision) if revision else ()),
            *("--host", HOST, "--port", str(self.port)),
            *("--tensor_parallel_size", str(vllm.tensor_parallel)),
            *("--gpu_memory_utilization", f"{vllm.gpu_memory_utilization:g}"),
            *("--dtype", self.config.hardware.dtype),
            *("--max_model_len", str(context_length(self.config))),
        ]

    @property
    def command(self) -> list[str]:
        """The command by this interpreter, which need not have a script `trl` beside it."""
        return [sys.executable, "-m", "trl.scripts.vllm_serve", *self.arguments]

    @property
    def training_variables(self) -> dict[str, str]:
        """What the training needs in its environment to find the server."""
        return {SERVER_URL: self.url, SERVER_GROUP_PORT: str(self.group_port)}

    def fault_of_start(self, child: Child, limit_s: float) -> str:
        """Wait until it answers; what is wrong if it ends before or takes longer, else nothing."""
        remedy = "launcher.server_start_s, or in a job launcher.inner.server_start_s"
        return fault_of_start(child, f"{self.url}/health", limit_s, remedy)


def has_server(config: RunConfig) -> bool:
    """Whether the run wants a server of its own; the trainer may name another."""
    vllm = config.hardware.vllm
    is_server = vllm is not None and vllm.mode == "server"
    return is_server and not names_server(config)


def check_server(config: RunConfig) -> None:
    """UserError where the run wants a server that could not fetch the model by itself."""
    if has_server(config) and config.model.source != "hub":
        raise UserError(
            f"hardware.vllm.mode=server: serves models of the hub, and model.source="
            f"{config.model.source}; set hardware.vllm.mode=colocate"
        )
