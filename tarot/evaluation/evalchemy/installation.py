"""Whether Evalchemy is there as the config says; every fault is one line that says how to mend it.

What its imports do in a run, and what the hub holds by then, only the run itself can tell.
"""

import functools
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tarot.config.evaluation import EvalchemyConfig
from tarot.evaluation.evalchemy.surroundings import bare_environment
from tarot.runs.last_words import last_words
from tarot.types import UserError

MODULE = "eval.eval"
# Imported by the tasks themselves, where Evalchemy would only log that they are missing.
MODULES = (MODULE, "fire", "regex")
MAKE = "run `make evalchemy`"
_LFS = b"version https://git-lfs"


@dataclass(frozen=True, slots=True)
class Installation:
    """A checkout of Evalchemy, and an interpreter that can import it."""

    root: Path
    python: Path
    commit: str

    @classmethod
    def of(cls, config: EvalchemyConfig) -> "Installation":
        """The one that a config names; a link of a virtual environment is not followed."""
        python = Path(os.path.abspath(config.python))
        return cls(Path(config.root).resolve(), python, config.commit)

    def check(self, modules: Sequence[str], data: Sequence[str]) -> None:
        """UserError unless the checkout, its commit, the interpreter and the files are right."""
        self._check_checkout()
        for name in data:
            self.check_file(name)
        if not os.access(self.python, os.X_OK):
            raise UserError(
                f"evalchemy.python={self.python}: no such interpreter; {MAKE}, or name one"
            )
        fault = _fault_of_import(self.python, self.root, (*MODULES, *modules))
        if fault:
            raise UserError(
                f"evalchemy.python={self.python}: cannot import Evalchemy: {fault}; install "
                f"what is missing there, or {MAKE}"
            )

    def _check_checkout(self) -> None:
        key = f"evalchemy.root={self.root}"
        if not (self.root / "eval" / "eval.py").is_file():
            raise UserError(f"{key}: no checkout of Evalchemy; {MAKE}, or name one")
        head = _git(self.root, "rev-parse", "HEAD")
        if head is None or _git(self.root, "rev-parse", "--show-prefix"):
            raise UserError(f"{key}: no git checkout, so its commit can't be told; {MAKE}")
        if not head.startswith(self.commit):
            raise UserError(
                f"{key}: at commit {head[:7]}, not at evalchemy.commit={self.commit[:7]}; run "
                f"`git -C {self.root} checkout {self.commit}`, or set evalchemy.commit={head}"
            )
        status = _git(self.root, "status", "--porcelain", "-uno", "--", "eval") or ""
        changed = [line[3:] for line in status.splitlines() if "M" in line[:2]]
        if changed:
            raise UserError(
                f"{key}: {changed[0]} is changed, so its commit does not tell what runs; run "
                f"`git -C {self.root} checkout -- eval`, or commit it and set evalchemy.commit"
            )

    def check_file(self, name: str) -> None:
        """UserError unless a file of the checkout is there in full."""
        path = self.root / name
        if not path.is_file():
            raise UserError(
                f"evalchemy.root={self.root}: {name} is missing; run "
                f"`git -C {self.root} checkout -- {name}`, or {MAKE}"
            )
        with path.open("rb") as file:
            if file.read(len(_LFS)) == _LFS:
                raise UserError(f"{path}: a pointer of git LFS; run `git -C {self.root} lfs pull`")


@functools.cache
def _fault_of_import(python: Path, root: Path, modules: tuple[str, ...]) -> str:
    """Why an interpreter can't import the modules, or nothing; asked once for all tasks."""
    finished = subprocess.run(
        [str(python), "-c", f"import {', '.join(modules)}"],
        cwd=root,
        env=bare_environment(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode == 0:
        return ""
    return last_words(finished.stderr) or f"exit code {finished.returncode}"


def _git(folder: Path, *arguments: str) -> str | None:
    """Git's answer about a checkout, or None where there is none."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        finished = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return finished.stdout.rstrip()
