"""A Slurm of one machine and one core, in a folder of its own, for as long as it is used."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol")
# The core is counted by configuration, so that jobs queue on any machine.
CONFIGURATION = """
ClusterName=tarot
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
SlurmctldPort={port}
SlurmdPort={second_port}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
MinJobAge=86400
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait={kill_wait_s}
NodeName={host} NodeAddr=127.0.0.1 CPUs=1 State=UNKNOWN
PartitionName=low Nodes=ALL Default=YES PriorityTier=1 PreemptMode=REQUEUE
PartitionName=grace Nodes=ALL PriorityTier=1 PreemptMode=REQUEUE GraceTime={kill_wait_s}
PartitionName=high Nodes=ALL PriorityTier=2 PreemptMode=OFF
"""
KILL_WAIT_S = 120
PATIENCE_S = 30


def missing_programs() -> list[str]:
    """What of Slurm and munge is not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Mapping[str, str]]:
    """A running cluster: the environment in which its commands work. All of it is ended."""
    configuration = folder / "slurm.conf"
    _prepare(folder, configuration)
    munge = folder / "munge"
    files = {name: munge / name for name in ("key", "socket", "pid", "log", "seed")}
    options = [
        f"--key-file={files['key']}",
        f"--socket={files['socket']}",
        f"--pid-file={files['pid']}",
        f"--log-file={files['log']}",
        f"--seed-file={files['seed']}",
    ]
    environment = {**os.environ, "SLURM_CONF": str(configuration)}
    pid_files = [folder / "slurmd.pid", folder / "slurmctld.pid", files["pid"]]
    try:
        for command in (["munged", "--force", *options], ["slurmctld"], ["slurmd"]):
            subprocess.run(command, env=environment, check=True, capture_output=True)
        wait_for(lambda: " idle " in _shown(environment, "sinfo"), PATIENCE_S)
        yield environment
        _shown(environment, "scancel", "--user=root")
        wait_for(lambda: not _shown(environment, "squeue", "--noheader"), KILL_WAIT_S + PATIENCE_S)
    finally:
        for path in pid_files:
            _end(path)


def wait_for(condition: Callable[[], bool], limit_s: float) -> None:
    """Wait until something is so; AssertionError at the limit."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.2)


def _prepare(folder: Path, configuration: Path) -> None:
    for name in ("munge", "state", "spool"):
        (folder / name).mkdir(mode=0o700)
    (folder / "munge" / "key").touch(mode=0o600)
    (folder / "munge" / "key").write_bytes(secrets.token_bytes(1024))
    port, second_port = _free_ports()
    text = CONFIGURATION.format(
        folder=folder,
        host=socket.gethostname(),
        port=port,
        second_port=second_port,
        kill_wait_s=KILL_WAIT_S,
    )
    configuration.write_text(text)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def _shown(environment: Mapping[str, str], *command: str) -> str:
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return result.stdout


def _end(pid_file: Path) -> None:
    """End the daemon that wrote the file, and wait for it."""
    with contextlib.suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
        daemon = psutil.Process(int(pid_file.read_text()))
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(timeout=PATIENCE_S)
