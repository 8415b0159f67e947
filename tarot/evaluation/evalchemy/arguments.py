"""The command line of Evalchemy."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tarot.config.evaluation import EvaluateConfig
from tarot.evaluation.evalchemy.installation import MODULE
from tarot.types import UserError

SERVED = "openai-chat-completions"
# Long answers of a busy server; a request that fails is made again a few times.
_REQUEST_S = 24 * 3600
_MAX_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class Weights:
    """What a backend loads: an id of the hub at a revision, or a folder."""

    name: str
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server of the OpenAI protocol, as http://host:8000/v1, and the model's name there."""

    base_url: str
    model: str


def model_arguments(
    config: EvaluateConfig, model: Endpoint | Weights, context: int
) -> dict[str, str]:
    """The `model_args` with which a server is asked, or a backend loads the weights by itself."""
    if isinstance(model, Endpoint):
        return _asking_arguments(config, model, context)
    return _loading_arguments(config, model, context)


def _loading_arguments(config: EvaluateConfig, weights: Weights, context: int) -> dict[str, str]:
    hardware, shared = config.hardware, {"pretrained": weights.name, "dtype": config.hardware.dtype}
    if weights.revision is not None:
        shared["revision"] = weights.revision
    if config.evalchemy.backend == "hf":
        return shared | {"device": hardware.device, "max_length": str(context)}
    tensor_parallel, data_parallel = parallelism(config)
    return shared | {
        "tensor_parallel_size": str(tensor_parallel),
        "data_parallel_size": str(data_parallel),
        "max_model_len": str(context),
        "gpu_memory_utilization": f"{config.evalchemy.gpu_memory_utilization:g}",
    }


def _asking_arguments(config: EvaluateConfig, endpoint: Endpoint, context: int) -> dict[str, str]:
    return {
        "model": endpoint.model,
        "base_url": f"{endpoint.base_url.rstrip('/')}/chat/completions",
        "num_concurrent": str(config.evalchemy.num_concurrent),
        "max_length": str(context),
        "timeout": str(_REQUEST_S),
    }


def parallelism(config: EvaluateConfig) -> tuple[int, int]:
    """Over how many GPUs the weights are split, and how many copies of them there are."""
    vllm, gpus = config.hardware.vllm, config.hardware.gpus
    split = vllm.tensor_parallel if vllm is not None else 1
    if gpus % split:
        raise UserError(
            f"hardware.vllm.tensor_parallel={split}: does not divide hardware.gpus={gpus}"
        )
    return split, max(gpus // split, 1)


def joined(model_args: Mapping[str, str]) -> str:
    """The `model_args` as one argument; UserError for a value that Evalchemy can't take.

    A comma would part it, and of the model's name it makes that of a folder.
    """
    for name, value in model_args.items():
        if "," in value:
            raise UserError(
                f"{name}={value}: Evalchemy takes no value with a comma; rename it or link to it"
            )
    model = model_args.get("pretrained", "")
    if len(os.fsencode(model.replace("/", "__"))) > _MAX_NAME_BYTES:
        raise UserError(
            f"pretrained={model}: too long for Evalchemy, which names a folder by it; set "
            "evaluations_dir to a shorter path, or move the run"
        )
    return ",".join(f"{name}={value}" for name, value in model_args.items())


def command(
    python: Path, config: EvaluateConfig, task: str, model_args: Mapping[str, str], max_tokens: int
) -> list[str]:
    """The command but for where its results go; one task, since tasks disturb each other."""
    backend = config.evalchemy.backend
    batch_size = {"vllm": "auto", SERVED: "1"}.get(backend, str(config.evalchemy.batch_size))
    return [
        *(os.fspath(python), "-m", MODULE, "--model", backend, "--tasks", task),
        *("--model_args", joined(model_args), "--batch_size", batch_size),
        *("--max_tokens", str(max_tokens), "--seed", f"{config.seed},1234,1234,1234"),
        *(("--debug",) if config.debug else ()),
    ]
