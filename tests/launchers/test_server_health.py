"""How a vLLM server is asked for, with a small one in its place that is always in good health."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from launchers.vllm_server import Server
from tarot.cli.composition import compose
from tarot.config.schema import RunConfig
from tarot.runs.children import Children
from tarot.runs.serving import unproxied

DEAD = "http://127.0.0.1:9"
ASK = "import requests, sys; print(requests.get(sys.argv[1]).status_code)"


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """One that answers, where a proxy that does not is to be asked for all else."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", DEAD)
    (job,) = compose("train", ["hardware=gpu8_80gb"])
    with HTTPServer(("127.0.0.1", 0), Healthy) as answering:
        threading.Thread(target=answering.serve_forever).start()
        yield Server(RunConfig.model_validate(job.config), answering.server_port, 0)
        answering.shutdown()


def test_its_health_is_not_asked_of_a_proxy(server: Server, tmp_path: Path) -> None:
    with Children() as children:
        serving = children.start(["sleep", "60"], tmp_path / "log", os.environ)
        assert server.fault_of_start(serving, 0) == ""


@pytest.mark.parametrize(
    "known", [{}, {"NO_PROXY": "intra.net"}, {"no_proxy": "intra.net, there"}, {"NO_PROXY": "*"}]
)
def test_the_training_asks_it_and_no_proxy(server: Server, known: dict[str, str]) -> None:
    before = {**os.environ, **known}
    asked = subprocess.run(
        [sys.executable, "-c", ASK, f"{server.url}/health"],
        env={**before, **unproxied(before)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout == "200\n", asked.stderr


def test_hosts_that_go_by_no_proxy_already_still_do() -> None:
    hosts = "127.0.0.1,intra.net,there"
    assert unproxied({"no_proxy": "intra.net,there"}) == {"no_proxy": hosts, "NO_PROXY": hosts}


def test_it_is_started_without_the_script_of_trl() -> None:
    (job,) = compose("train", ["hardware=gpu8_80gb"])
    command = Server(RunConfig.model_validate(job.config), 1, 2).command
    assert command[0] == sys.executable
    shown = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert "--tensor_parallel_size" in shown.stdout
