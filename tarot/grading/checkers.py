"""Checker programs: the author's own word on what is right.

A checker is Python source. It finds the test's input, the program's output and the expected
output in files, whose names are its arguments, in this order; exit code 0 accepts. It runs in the
sandbox under the test's own limits, but in an execution of its own, after the program that it
checks has ended: the expected output is never where a candidate runs.

Not covered: a checker with a fault of its own refuses every output (`tarot judge` finds it, as
the reference is refused too).
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import replace

from tarot.grading.comparators import Comparator
from tarot.grading.executions import Key
from tarot.types import Execution, Limits, TestCase, Verdict

logger = logging.getLogger(__name__)

_STARTER = """
def _check(source):
    import json, sys
    for name, content in json.load(sys.stdin).items():
        with open(name, "wb") as file:
            file.write(content.encode("latin-1"))
        sys.argv.append(name)
    exec(compile(source, "<checker>", "exec", dont_inherit=True), {"__name__": "__main__"})
"""


def is_checker(checker: str | None) -> bool:
    """Whether a test's `checker` is a program, rather than the name of a comparison."""
    return checker is not None and checker != Comparator.FLOAT


def check_key(test: TestCase, output: bytes) -> Key:
    """The program and its input that check an output of a test with a checker."""
    contents = {
        "input": test.stdin.encode("utf-8", "surrogatepass"),
        "output": output,
        "expected": test.expected.encode("utf-8", "surrogatepass"),
    }
    text = json.dumps({name: content.decode("latin-1") for name, content in contents.items()})
    return f"{_STARTER}_check({test.checker!r})\n", text.encode()


def check_limits(keys: Iterable[Key], limits: Limits) -> Limits:
    """The limits of the programs, with room for the files of the largest check."""
    largest_kb = max(len(stdin) for _, stdin in keys) // 1024 + 1
    return replace(limits, output_kb=max(limits.output_kb, largest_kb))


def verdict_of(check: Execution) -> Verdict:
    """What a checker's end says; one that did not come to an end says nothing."""
    if check.stopped_by is not None or check.exit_code is None or check.exit_code < 0:
        logger.warning("a checker ended by %s", check.stopped_by or check.exit_code)
        return Verdict.INFRASTRUCTURE
    return Verdict.ACCEPTED if check.exit_code == 0 else Verdict.WRONG_ANSWER
