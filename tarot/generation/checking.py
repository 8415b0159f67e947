"""Tests of a model, tried on the accepted solutions of their problem in the sandbox.

An input is sound where the reference ends well on it three times with the same output, which every
other accepted solution gives too. That output is the expected one, whatever the model says. Not
covered: a reference that is wrong in the same way each time.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tarot.generation.bases import Base
from tarot.generation.suites import Draft, Drafts, Fallen, Fault
from tarot.generation.trials import (
    NUM_RUNS,
    Trial,
    detail_of,
    ending,
    reference_trial,
    run_trials,
)
from tarot.grading.calls import same_value
from tarot.grading.comparators import Comparator, Rule
from tarot.types import Execution, Limits, Sandbox, TestKind, Tier, Verdict

_FAULTS = {
    Verdict.RUNTIME_ERROR: Fault.REFERENCE_FAILED,
    Verdict.SECURITY: Fault.REFERENCE_FAILED,
    Verdict.TIME_LIMIT: Fault.TOO_SLOW,
    Verdict.MEMORY_LIMIT: Fault.OVER_LIMITS,
    Verdict.OUTPUT_LIMIT: Fault.OVER_LIMITS,
}


@dataclass(frozen=True, slots=True)
class CheckedTest:
    """A sound test; `said` is the model's own output where it is not the reference's."""

    tier: Tier
    reason: str
    stdin: str
    expected: str
    said: str | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What is sound of an answer, and what it lacks."""

    tests: tuple[CheckedTest, ...]
    fallen: tuple[Fallen, ...]


@dataclass(frozen=True, slots=True)
class Submission:
    """The tests of one answer; `taken` are the digests of the inputs that the suite has."""

    base: Base
    drafts: Drafts
    taken: frozenset[str]


@dataclass(frozen=True, slots=True)
class Checker:
    """Runs what has to be run; `seed` is that of input programs."""

    sandbox: Sandbox
    limits: Limits
    comparator: Comparator
    max_input_kb: int
    seed: int

    def check(self, submissions: Sequence[Submission]) -> list[Checked]:
        """Every test of the answers, in two batches of the sandbox; raises SandboxOutage."""
        owners = [one for one in submissions for _ in one.drafts.tests]
        drafts = [draft for one in submissions for draft in one.drafts.tests]
        inputs = _each_once(submissions, self._inputs(owners, drafts))
        tried = iter(self._try(owners, drafts, inputs))
        return [_sorted_out(one, [next(tried) for _ in one.drafts.tests]) for one in submissions]

    def _inputs(self, owners: Sequence[Submission], drafts: Sequence[Draft]) -> list[str | Fallen]:
        """The input of each test, for which a model's program is run."""
        limits = replace(self.limits, output_kb=self.max_input_kb)
        trials = [
            Trial((draft.stdin, draft.stdin), self._seed(owner, draft), limits)
            for owner, draft in zip(owners, drafts, strict=True)
            if draft.is_program
        ]
        made = iter(run_trials(self.sandbox, trials))
        return [
            _printed(draft, next(made)) if draft.is_program else self._written(draft)
            for draft in drafts
        ]

    def _seed(self, owner: Submission, draft: Draft) -> bytes:
        """A number of six digits that depends on the problem and the test alone."""
        place = (self.seed, owner.base.problem.id, str(draft.tier), draft.stdin)
        return b"%d\n" % (int(_digest(repr(place)), 16) % 10**6)

    def _written(self, draft: Draft) -> str | Fallen:
        size = len(draft.stdin.encode())
        if size > 1024 * self.max_input_kb:
            return Fallen(draft.tier, Fault.TOO_LARGE, f"{size} bytes")
        return draft.stdin

    def _try(
        self,
        owners: Sequence[Submission],
        drafts: Sequence[Draft],
        inputs: Sequence[str | Fallen],
    ) -> list[CheckedTest | Fallen]:
        """What the accepted solutions make of each input that is sound so far."""
        trials = [
            reference_trial(owner.base.references, owner.base.kind, stdin, self.limits)
            for owner, stdin in zip(owners, inputs, strict=True)
            if isinstance(stdin, str)
        ]
        runs = iter(run_trials(self.sandbox, trials))
        return [
            stdin if isinstance(stdin, Fallen) else self._test(owner.base, draft, stdin, next(runs))
            for owner, draft, stdin in zip(owners, drafts, inputs, strict=True)
        ]

    def _test(
        self, base: Base, draft: Draft, stdin: str, executions: Sequence[Execution]
    ) -> CheckedTest | Fallen:
        rule = rule_for(base.kind, self.comparator)
        fault = fault_of(executions, rule)
        if fault is not None:
            return Fallen(draft.tier, *fault)
        try:
            expected = executions[0].stdout.decode()
        except UnicodeDecodeError:
            return Fallen(draft.tier, Fault.NO_OUTPUT, "it is not UTF-8")
        said = draft.expected
        if said is not None and rule(said.encode(), executions[0].stdout):
            said = None
        return CheckedTest(draft.tier, draft.reason, stdin, expected, said)


def rule_for(kind: TestKind, comparator: Comparator) -> Rule:
    """How outputs of such tests are compared."""
    return same_value if kind is TestKind.FUNCTION_CALL else comparator.accepts


def fault_of(executions: Sequence[Execution], rule: Rule) -> tuple[Fault, str] | None:
    """What the executions of a reference trial say against its input, or None."""
    for execution in executions:
        verdict = ending(execution)
        if verdict is not Verdict.ACCEPTED:
            return _FAULTS[verdict], detail_of(execution, verdict)
    repeated, others = executions[:NUM_RUNS], executions[NUM_RUNS:]
    output = repeated[0].stdout
    if any(one.stdout != output for one in repeated):
        return Fault.FLAKY, f"{NUM_RUNS} runs gave different outputs"
    if not output.split():
        return Fault.NO_OUTPUT, "the reference prints nothing"
    if not all(rule(one.stdout, output) for one in others):
        return Fault.DISAGREEMENT, "they give different outputs"
    return None


def input_digest(stdin: str) -> str:
    """What two inputs share that differ in white space at the end at most."""
    return _digest(stdin.rstrip())


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _printed(draft: Draft, executions: Sequence[Execution]) -> str | Fallen:
    """What a model's program printed, the same twice over."""
    for execution in executions:
        verdict = ending(execution)
        if verdict is Verdict.OUTPUT_LIMIT:
            return Fallen(draft.tier, Fault.TOO_LARGE, "")
        if verdict is not Verdict.ACCEPTED:
            return Fallen(draft.tier, Fault.PROGRAM_FAILED, detail_of(execution, verdict))
    first, second = (execution.stdout for execution in executions)
    if first != second:
        return Fallen(draft.tier, Fault.UNSEEDED, "one seed gave two inputs")
    try:
        return first.decode()
    except UnicodeDecodeError:
        return Fallen(draft.tier, Fault.PROGRAM_FAILED, "it prints what is not UTF-8")


def _each_once(
    submissions: Sequence[Submission], inputs: Sequence[str | Fallen]
) -> list[str | Fallen]:
    """The inputs, without those that their suite has already."""
    remaining, kept = iter(inputs), list[str | Fallen]()
    for submission in submissions:
        taken = set(submission.taken)
        for draft in submission.drafts.tests:
            stdin = next(remaining)
            if isinstance(stdin, str) and input_digest(stdin) in taken:
                stdin = Fallen(draft.tier, Fault.REPEATED, "the suite has it already")
            elif isinstance(stdin, str):
                taken.add(input_digest(stdin))
            kept.append(stdin)
    return kept


def _sorted_out(submission: Submission, results: Sequence[CheckedTest | Fallen]) -> Checked:
    sound = tuple(one for one in results if isinstance(one, CheckedTest))
    fallen = tuple(one for one in results if isinstance(one, Fallen))
    return Checked(sound, (*submission.drafts.fallen, *fallen))
