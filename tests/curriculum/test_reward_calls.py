"""What is wrong in a reward is named, with the completion that brought it up."""

import pickle
import re
import signal
import time
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

import numpy as np
import pytest

from rewards.shuffled import ShuffledReward
from rewards.tiered import TieredReward
from tarot.curriculum import PartCall, RewardFault, call_part, call_reward, watching
from tarot.curriculum.reward_contract import breaches
from tarot.types import (
    Grade,
    GradedCompletion,
    Program,
    RewardValue,
    TestResult,
    Tier,
    TierWeights,
    Verdict,
)

PASSED = Grade(Program("pass"), (TestResult(Tier.BASIC, Verdict.ACCEPTED),))
WEIGHTS = TierWeights({Tier.BASIC: 1.0})
ROWS = [GradedCompletion(text, "p", PASSED, WEIGHTS, 1, 0) for text in ("a", "bad", "c")]
Value = Callable[[GradedCompletion], Any]
# Within this and twice this a completion that stays in hand is noticed.
TIMEOUT_S = 0.15


class OneByOne:
    """A reward of the user's own, which looks at each completion in a loop."""

    part_names = ("part",)

    def __init__(self, value: Value) -> None:
        self._value = value

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        values = [self._value(completion) for completion in completions]
        return [None if value is None else RewardValue(value, {"part": value}) for value in values]


class AllAtOnce(OneByOne):
    """One that takes the texts out first, so that it has no completion in hand."""

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        texts = list(map(_text, completions))
        return self._value(texts)  # type: ignore[arg-type, no-any-return]


def _text(completion: GradedCompletion) -> str:
    return completion.completion


def raising(completion: GradedCompletion) -> float:
    if completion.completion == "bad":
        raise KeyError("oops")
    return 1.0


def hanging(completion: GradedCompletion) -> float:
    while completion.completion == "bad":
        time.sleep(0.01)
    return 1.0


def fault_of(reward: Any, **options: Any) -> RewardFault:
    with pytest.raises(RewardFault) as caught:
        call_reward(reward, ROWS, **options)
    return caught.value


def test_a_reward_that_raises_names_the_line_and_the_completion_in_hand() -> None:
    fault = fault_of(OneByOne(raising))
    line = raising.__code__.co_firstlineno + 2
    assert (
        str(fault) == f"{__name__}.OneByOne raised KeyError: 'oops' (test_reward_calls.py:{line})"
    )
    assert fault.completion is ROWS[1]
    assert isinstance(fault.__cause__, KeyError)


def test_a_part_that_raises_is_named_with_its_completion() -> None:
    fault = fault_of(TieredReward({"code": 1.0, "own": 1.0}, extra={"own": raising}))
    assert str(fault).startswith(f"its part own ({__name__}.raising) raised KeyError: 'oops' (")
    assert fault.completion is ROWS[1]
    inner = TieredReward({"own": 1.0}, extra={"own": raising})
    assert fault_of(ShuffledReward(inner, seed=0)).completion is ROWS[1]


def test_a_fault_reaches_other_processes_whole() -> None:
    fault = fault_of(OneByOne(raising))
    other = pickle.loads(pickle.dumps(fault))
    assert (str(other), other.completion) == (str(fault), ROWS[1])


def test_a_completion_that_stays_in_hand_is_overdue() -> None:
    start = time.monotonic()
    fault = fault_of(OneByOne(hanging), timeout_s=TIMEOUT_S)
    assert TIMEOUT_S <= time.monotonic() - start < 20 * TIMEOUT_S
    assert "OneByOne had not ended after " in str(fault)
    assert fault.completion is ROWS[1]


def test_a_part_that_hangs_is_named_though_it_catches_what_it_can() -> None:
    def stubborn(completion: GradedCompletion) -> float:
        try:
            return hanging(completion)
        except Exception:
            return 0.0

    reward = TieredReward({"own": 1.0}, extra={"own": stubborn}, timeout_s=TIMEOUT_S)
    fault = fault_of(reward)
    assert str(fault).startswith(f"its part own ({__name__}.")
    assert "had not ended after " in str(fault)
    assert fault.completion is ROWS[1]


def test_a_regular_expression_that_never_ends_is_overdue() -> None:
    reward = OneByOne(lambda completion: float(bool(re.match(r"(a+)+$", "a" * 40 + "b"))))
    assert fault_of(reward, timeout_s=TIMEOUT_S).completion is ROWS[0]


def test_slow_completions_are_no_fault_as_long_as_each_comes_to_its_end() -> None:
    def slow(completion: GradedCompletion) -> float:
        time.sleep(0.7 * TIMEOUT_S)
        return 1.0

    values = call_reward(OneByOne(slow), ROWS, TIMEOUT_S)
    assert [value and value.total for value in values] == [1.0, 1.0, 1.0]


def test_a_reward_without_a_completion_in_hand_gets_the_time_of_all() -> None:
    def sleeping(texts: object) -> list[None]:
        time.sleep(20 * TIMEOUT_S)
        return [None] * 3

    fault = fault_of(AllAtOnce(sleeping), timeout_s=TIMEOUT_S)
    assert "had not ended after " in str(fault)
    assert fault.completion is None


def test_alarms_and_their_handler_are_as_before_and_other_threads_have_none() -> None:
    handler = signal.getsignal(signal.SIGALRM)
    call_reward(OneByOne(lambda _: 1.0), ROWS, TIMEOUT_S)
    assert signal.getsignal(signal.SIGALRM) == handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    found: list[Any] = []
    reward = OneByOne(lambda _: 1.0)
    thread = Thread(target=lambda: found.extend(call_reward(reward, ROWS, TIMEOUT_S)))
    thread.start()
    thread.join()
    assert len(found) == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([RewardValue(1.0, {"part": 1.0})], "gave 1 values for 3 completions"),
        (1.0, "gave a float; give a list with one for each"),
        ([None, 1.0, None], "gave 1.0; give a RewardValue, or None"),
        ([None, RewardValue(float("nan"), {"part": 1.0}), None], "gave a total of nan; give a fin"),
        ([None, RewardValue(1.0), None], "gave the parts [], where part_names has ['part']"),
    ],
)
def test_what_is_no_reward_is_a_fault(given: object, said: str) -> None:
    fault = fault_of(AllAtOnce(lambda _: given))
    assert str(fault).startswith(f"{__name__}.AllAtOnce {said}")
    assert fault.completion is (ROWS[1] if isinstance(given, list) and len(given) == 3 else None)


@pytest.mark.parametrize("value", ["1", float("nan"), float("inf"), [1.0]])
def test_what_is_no_number_is_a_fault_of_its_part(value: Any) -> None:
    with pytest.raises(RewardFault, match=r"^its part own \(.*\) gave .*; a part gives a finite"):
        call_part("own", lambda _: value, ROWS[0])


@pytest.mark.parametrize(("value", "taken"), [(np.float32(0.5), 0.5), (True, 1.0), (None, None)])
def test_numbers_of_other_kinds_are_taken(value: Any, taken: float | None) -> None:
    calls: list[PartCall] = []
    with watching(calls.append):
        assert call_part("own", lambda _: value, ROWS[0]) == taken
    call_part("own", lambda _: 1.0, ROWS[1])
    assert [(call.name, call.completion, call.value) for call in calls] == [("own", ROWS[0], taken)]


def broken_rules(reward: Any) -> list[str]:
    values = call_reward(reward, ROWS)
    return [line.removeprefix(__name__) for line in breaches(reward, ROWS, values, 1.0)]


class Drifting(OneByOne):
    """One that gives more each time, and for lost completions as well."""

    def __init__(self) -> None:
        self._number = 0.0
        super().__init__(raising)

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        self._number += 1
        return [RewardValue(self._number, {"part": 1.0}) for _ in completions]


def test_the_shipped_reward_breaks_no_rule() -> None:
    assert broken_rules(TieredReward({"code": 1.0})) == []


def test_rules_that_are_broken_are_named() -> None:
    assert broken_rules(Drifting()) == [
        ".Drifting gave other values when it was asked again: no run can be reproduced",
        ".Drifting gave RewardValue(total=3.0, parts={'part': 1.0}) for a completion that could "
        "not be judged; give None",
    ]
    (line, _) = broken_rules(OneByOne(lambda _: 1.0))
    assert line.startswith(".OneByOne can't be pickled: ")
