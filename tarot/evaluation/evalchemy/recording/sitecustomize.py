"""Python loads this at the start of Evalchemy's process, whose PYTHONPATH names this folder.

Evalchemy judges each answer by a call of its own in a thread pool, and keeps neither the answers
nor the single judgements. Here each judgement is written down as it is made: one JSON line with the
number of the pool, the problem's id, whether it passed and why not, and the answer. It uses the
standard library alone, and it changes nothing of what Evalchemy computes.
"""

import itertools
import json
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from weakref import WeakKeyDictionary

ANSWERS = ("output", "gpt_completion", "model_output", "generation")

# Programs that Evalchemy runs in children must not write here.
_FILE = os.environ.pop("TAROT_SAMPLES", None)
_lock = threading.Lock()
_pools: "WeakKeyDictionary[ThreadPoolExecutor, int]" = WeakKeyDictionary()
_numbers = itertools.count()
_submit = ThreadPoolExecutor.submit


def row_of(arguments: tuple[Any, ...], result: object) -> dict[str, Any] | None:
    """What there is to write of a judgement, without its pool; None for any other call."""
    problem = next((one for one in arguments if isinstance(one, dict)), None)
    if problem is None or not isinstance(result, dict):
        return None
    passed = result.get("passed", result.get("correctness"))
    if passed is None:
        return None
    reason = result.get("result", result.get("reason"))
    answer = next((problem[key] for key in ANSWERS if key in problem), None)
    number = problem.get("task_id", problem.get("id"))
    return {"id": str(number), "passed": bool(passed), "reason": str(reason), "answer": answer}


def _recording_submit(
    self: ThreadPoolExecutor, function: Any, /, *arguments: Any, **named: Any
) -> "Future[Any]":
    process = os.getpid()
    future = _submit(self, function, *arguments, **named)

    def record(done: "Future[Any]") -> None:
        if os.getpid() != process or done.cancelled() or done.exception() is not None:
            return
        row = row_of(arguments, done.result())
        if row is not None:
            _write(self, row)

    future.add_done_callback(record)
    return future


def _write(pool: ThreadPoolExecutor, row: dict[str, Any]) -> None:
    with _lock:
        number = _pools[pool] if pool in _pools else _pools.setdefault(pool, next(_numbers))
        with open(str(_FILE), "a", encoding="utf-8") as file:
            file.write(json.dumps({"pool": number, **row}) + "\n")


if _FILE is not None:
    ThreadPoolExecutor.submit = _recording_submit  # type: ignore[method-assign,assignment]
