"""What the host's /proc says of a running program.

The program is looked up by the host's id of it, which its descriptor's own entry states. Where
there is no /proc, or the program has ended, it uses nothing and waits for nothing.
"""

import os
import resource

_PAGES_PER_MIB = (1 << 20) // resource.getpagesize()


class Vitals:
    """A process, by a descriptor of it; `proc` is one of the host's /proc, or None."""

    def __init__(self, pidfd: int, proc: int | None) -> None:
        """Nothing is read yet."""
        self._pidfd = pidfd
        self._proc = proc
        self._found: str | None = None

    def resident_mb(self) -> float:
        """What is in memory of the process now."""
        return sum(int(text.split()[1]) for text in self._read(["statm"])) / _PAGES_PER_MIB

    def is_ready(self) -> bool:
        """Whether a thread of it runs, or would if it had a core."""
        texts = self._read([f"task/{thread}/stat" for thread in self._threads()])
        return any(text.rpartition(")")[2].split()[0] == "R" for text in texts)

    def _threads(self) -> list[str]:
        if self._proc is None:
            return []
        try:
            folder = os.open(f"{self._host_pid()}/task", os.O_RDONLY, dir_fd=self._proc)
        except (OSError, IndexError):
            return []
        try:
            return os.listdir(folder)
        finally:
            os.close(folder)

    def _read(self, files: list[str]) -> list[str]:
        """The texts of the files that are still there, or none."""
        texts = []
        for file in files if self._proc is not None else ():
            try:
                texts.append(_text(f"{self._host_pid()}/{file}", self._proc))
            except (OSError, IndexError):
                continue
        return texts

    def _host_pid(self) -> str:
        """The process's id on the host, which stays its own until it is waited for."""
        if self._found is None:
            entry = _text(f"self/fdinfo/{self._pidfd}", self._proc)
            self._found = entry.partition("Pid:")[2].split(maxsplit=1)[0]
        return self._found


def _text(path: str, folder: int | None) -> str:
    descriptor = os.open(path, os.O_RDONLY, dir_fd=folder)
    try:
        return os.read(descriptor, 4096).decode()
    finally:
        os.close(descriptor)
