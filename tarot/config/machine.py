"""Whether this machine is what `hardware` asks for, found out without a GPU library."""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tarot.config.schema import HardwareConfig, VllmConfig
from tarot.types import UserError

GPUS = "CUDA_VISIBLE_DEVICES"
DEMO = "try 'python train.py +experiment=demo'"
BYTES_PER_MIB = 2**20


def check_platform(system: str, architecture: str) -> None:
    """UserError unless it is Linux on x86-64 or aarch64."""
    if system != "Linux" or architecture not in ("x86_64", "aarch64"):
        raise UserError(f"TAROT runs on Linux, x86-64 or aarch64; this is {system} {architecture}")


def check_hardware(hardware: HardwareConfig) -> None:
    """UserError unless the GPUs add up and this machine has them."""
    check_platform(platform.system(), platform.machine())
    check_split(hardware)
    if hardware.gpus == 0:
        return
    found = visible_gpus(os.environ)
    wanted = f"hardware.gpus={hardware.gpus}"
    if hardware.gpu_memory_gb is not None:
        wanted += f" with {hardware.gpu_memory_gb:g} GB each"
    if found < hardware.gpus:
        raise UserError(f"{wanted}: this machine has {found or 'none'}; {DEMO}")
    smallest_gb = gpu_memory_gb()
    if hardware.gpu_memory_gb and smallest_gb and smallest_gb < hardware.gpu_memory_gb:
        raise UserError(f"{wanted}: this machine's smallest has {smallest_gb:.0f} GB; {DEMO}")


def check_split(hardware: HardwareConfig) -> None:
    """UserError unless training processes and vLLM use the GPUs that `hardware` counts."""
    nodes, processes, vllm = hardware.nodes, hardware.processes, hardware.vllm
    if processes % nodes:
        raise UserError(
            f"hardware.processes={processes}: does not divide into hardware.nodes={nodes}"
        )
    _check_sharding(hardware)
    if vllm is not None:
        _check_vllm(vllm, hardware)
    server_gpus = vllm.gpus if vllm is not None and vllm.mode == "server" else 0
    used = 0 if hardware.device == "cpu" else processes // nodes + server_gpus
    if used != hardware.gpus:
        raise UserError(
            f"hardware.gpus={hardware.gpus}: hardware.device={hardware.device} with "
            f"hardware.processes={processes} and hardware.vllm uses {used}"
            + (" a node" if nodes > 1 else "")
        )


def _check_sharding(hardware: HardwareConfig) -> None:
    key = f"hardware.sharding={hardware.sharding}"
    if hardware.sharding is None:
        return
    if hardware.processes == 1:
        raise UserError(f"{key}: one process has none to share with; set hardware.sharding=null")
    if hardware.sharding == "fsdp2" and hardware.device == "cpu":
        raise UserError(f"{key}: needs GPUs; set hardware.sharding=zero3")


def _check_vllm(vllm: VllmConfig, hardware: HardwareConfig) -> None:
    if vllm.sleep:
        _check_sleep(vllm, hardware)
    if vllm.mode == "server":
        _check_server(vllm, hardware)
        return
    if vllm.gpus:
        raise UserError(
            f"hardware.vllm.gpus={vllm.gpus}: beside training vLLM has no GPUs of its own; set it "
            "to 0, or hardware.vllm.mode=server"
        )
    processes = hardware.processes // hardware.nodes
    if processes % vllm.tensor_parallel:
        raise UserError(
            f"hardware.vllm.tensor_parallel={vllm.tensor_parallel}: does not divide the "
            f"{processes} processes of a node"
        )


def _check_sleep(vllm: VllmConfig, hardware: HardwareConfig) -> None:
    """UserError where there is no memory to give back."""
    if vllm.mode == "server":
        raise UserError(
            "hardware.vllm.sleep=true: a server has GPUs of its own; set it to false, or "
            "hardware.vllm.mode=colocate"
        )
    if hardware.device == "cpu":
        raise UserError(
            "hardware.vllm.sleep=true: vLLM sleeps on GPUs alone, and hardware.device=cpu; set it "
            "to false"
        )


def _check_server(vllm: VllmConfig, hardware: HardwareConfig) -> None:
    if hardware.device == "cpu":
        raise UserError(
            "hardware.vllm.mode=server: weights go to a server by NCCL, from GPU to GPU, and "
            "hardware.device=cpu; set hardware.vllm.mode=colocate"
        )
    if hardware.nodes > 1:
        raise UserError(
            f"hardware.vllm.mode=server: serves one machine, and hardware.nodes="
            f"{hardware.nodes}; set hardware.vllm.mode=colocate"
        )
    if vllm.tensor_parallel != vllm.gpus:
        raise UserError(
            f"hardware.vllm.tensor_parallel={vllm.tensor_parallel}: a server splits the model "
            f"over all its GPUs; set it to hardware.vllm.gpus={vllm.gpus}"
        )


def visible_gpus(environment: Mapping[str, str]) -> int:
    """The number of NVIDIA GPUs that a child process could use."""
    installed = _installed_gpus()
    chosen = environment.get(GPUS)
    if chosen is None:
        return installed
    names = [name.strip() for name in chosen.split(",")]
    stop = next((index for index, name in enumerate(names) if name in ("", "-1")), len(names))
    return min(installed, stop)


def gpu_memory_gb() -> float | None:
    """Memory of the smallest GPU in GB (10^9 bytes), or None where nvidia-smi does not say."""
    sizes = _nvidia_smi("--query-gpu=memory.total", "--format=csv,noheader,nounits")
    numbers = [int(size) for size in sizes if size.strip().isdigit()]
    return min(numbers) * BYTES_PER_MIB / 1e9 if numbers else None


def _installed_gpus() -> int:
    nodes = len(list(Path("/dev").glob("nvidia[0-9]*")))
    if nodes:
        return nodes
    listed = Path("/proc/driver/nvidia/gpus")
    if listed.is_dir():
        return len(list(listed.iterdir()))
    return sum(line.startswith("GPU ") for line in _nvidia_smi("-L"))


def _nvidia_smi(*arguments: str) -> list[str]:
    if shutil.which("nvidia-smi") is None:
        return []
    result = subprocess.run(
        ["nvidia-smi", *arguments], capture_output=True, text=True, timeout=30, check=False
    )
    return result.stdout.splitlines() if result.returncode == 0 else []
