"""The server that all tasks of a checkpoint ask: the user's own, or one that is started here."""

import json
import os
import urllib.request

from tarot.config.evaluation import EvaluateConfig
from tarot.evaluation.benchmark import BenchmarkFailure, Evaluation, Processes, Service
from tarot.evaluation.evalchemy.arguments import Endpoint, Weights, parallelism
from tarot.evaluation.evalchemy.surroundings import API_KEY, environment_of_server
from tarot.evaluation.scores import FOLDER
from tarot.runs.serving import HOST, fault_of_start, free_port
from tarot.types import UserError

NAME = "model"
LOG = "vllm.log"
_REQUEST_S = 15.0


def named_endpoint(config: EvaluateConfig) -> Endpoint:
    """The server of `evalchemy.base_url`; UserError where it does not answer or serve the model."""
    settings = config.evalchemy
    assert settings.base_url is not None
    key = f"evalchemy.base_url={settings.base_url}"
    try:
        url = f"{settings.base_url.rstrip('/')}/models"
        request = urllib.request.Request(url, headers=_authorization())
        with urllib.request.urlopen(request, timeout=_REQUEST_S) as answer:
            served = [str(one["id"]) for one in json.load(answer)["data"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{key}: no server answers /models there: {error}; start it") from error
    wanted = settings.served_model
    if wanted is None and len(served) == 1:
        return Endpoint(settings.base_url, served[0])
    if wanted not in served:
        known = ", ".join(served) or "none"
        raise UserError(f"evalchemy.served_model={wanted}: {settings.base_url} serves {known}")
    return Endpoint(settings.base_url, wanted)


def own_endpoint(
    evaluation: Evaluation, weights: Weights, context: int, processes: Processes
) -> Endpoint:
    """The server that is started for all tasks of a checkpoint, started again if it has ended.

    BenchmarkFailure where it does not come up.
    """
    key = f"vllm {weights.name}"
    service = processes.services.get(key)
    if service is None or service.child.process.poll() is not None:
        service = _start(evaluation, weights, context, processes)
        processes.services[key] = service
    return Endpoint(f"{service.url}/v1", NAME)


def serve_command(
    config: EvaluateConfig, weights: Weights, context: int, port: int | str
) -> list[str]:
    """The command of a server, which samples as it is asked to, whatever the weights advise."""
    settings = config.evalchemy
    tensor_parallel, data_parallel = parallelism(config)
    revision = ("--revision", weights.revision) if weights.revision else ()
    return [
        *(os.path.abspath(settings.server_python or settings.python), "-m"),
        *("vllm.entrypoints.cli.main", "serve", weights.name, *revision),
        *("--host", HOST, "--port", str(port), "--served-model-name", NAME),
        *("--dtype", config.hardware.dtype, "--max-model-len", str(context)),
        *("--tensor-parallel-size", str(tensor_parallel)),
        *("--data-parallel-size", str(data_parallel)),
        *("--gpu-memory-utilization", f"{settings.gpu_memory_utilization:g}"),
        *("--generation-config", "vllm"),
    ]


def _start(evaluation: Evaluation, weights: Weights, context: int, processes: Processes) -> Service:
    config, port = evaluation.config, free_port()
    url = f"http://{HOST}:{port}"
    log = evaluation.target.folder / FOLDER / LOG
    environment = environment_of_server(os.environ, config.hardware)
    command = serve_command(config, weights, context, port)
    child = processes.shared.start(command, log, environment, stdout=log)
    limit_s, setting = config.evalchemy.server_start_s, "evalchemy.server_start_s"
    fault = fault_of_start(child, f"{url}/health", limit_s, setting, processes.check)
    if fault:
        processes.check()
        child.process.kill()
        raise BenchmarkFailure(f"{fault}; see {log}")
    return Service(child, url)


def _authorization() -> dict[str, str]:
    key = os.environ.get(API_KEY)
    return {"Authorization": f"Bearer {key}"} if key else {}
