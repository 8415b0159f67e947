"""Waiting for a vLLM server, for which a process that serves nothing stands in."""

import os
from pathlib import Path

from launchers.vllm_server import Server
from tarot.cli.composition import compose
from tarot.config.schema import RunConfig
from tarot.runs.children import Children
from tarot.runs.serving import free_port


def test_a_server_that_is_not_ready_in_time_names_the_setting_of_every_launcher(
    tmp_path: Path,
) -> None:
    (job,) = compose("train", [])
    server = Server(RunConfig.model_validate(job.config), free_port(), free_port())
    with Children() as children:
        idle = children.start(["sleep", "60"], tmp_path / "vllm.log", os.environ)
        fault = server.fault_of_start(idle, limit_s=0)
    assert fault == (
        "the vLLM server was not ready after 0 s; raise launcher.server_start_s, or in a job "
        "launcher.inner.server_start_s"
    )
