"""Running programs on inputs, no pair twice."""

from collections.abc import Callable, Iterable, Sequence

from tarot.grading.cache import ExecutionCache
from tarot.types import Execution, Job, Limits, Program, Sandbox

Key = tuple[str, bytes]
"""The source of a program and its input."""

Watch = Callable[[Sequence[Execution]], object]
"""Told of the executions that a batch took; those from the cache took none."""


def ignore(_: Sequence[Execution]) -> None:
    """Watch nothing."""


class Executor:
    """Hands a sandbox what is not in a cache of `cache_size` executions; it owns the sandbox."""

    def __init__(self, sandbox: Sandbox, cache_size: int) -> None:
        """Begin with an empty cache."""
        self._sandbox = sandbox
        self._cache = ExecutionCache(cache_size)

    def run(
        self, keys: Iterable[Key], limits: Limits, watch: Watch = ignore
    ) -> dict[Key, Execution]:
        """The execution of each distinct key, by one batch; those from the cache are not run."""
        distinct = dict.fromkeys(keys)
        known = {key: execution for key in distinct if (execution := self._cache.find(*key))}
        new = [key for key in distinct if key not in known]
        jobs = [Job(Program(source), stdin, limits) for source, stdin in new]
        executions = self._sandbox.run(jobs)
        watch(executions)
        for key, execution in zip(new, executions, strict=True):
            self._cache.keep(*key, execution)
            known[key] = execution
        return known

    def close(self) -> None:
        """Release the sandbox; idempotent."""
        self._sandbox.close()
