"""A run's processes end with the launcher that started them, however it ends.

A process that comes to ask after its parent has died is no descendant of the launcher any more.
"""

import os
import signal

import psutil

from tarot.sandbox.linux import die_with_parent

LAUNCHER = "TAROT_LAUNCHER_PID"


def end_with_launcher() -> None:
    """Have the kernel kill this process when its parent ends; at once if the launcher has ended.

    Nothing happens where no launcher has started it. It is a plugin of vLLM, too, which calls it in
    each of its processes; as orphans they would keep the memory of a GPU.
    """
    if LAUNCHER not in os.environ:
        return
    die_with_parent(signal.SIGKILL)
    ancestors = {process.pid for process in psutil.Process().parents()}
    if int(os.environ[LAUNCHER]) not in ancestors:
        os.kill(os.getpid(), signal.SIGKILL)
