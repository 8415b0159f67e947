"""A reward called so that what is wrong in it is named with the completion that brought it up.

A reward that raises, or that has one completion in hand for too long, ends in a `RewardFault`.
Which one it has in hand is read off the frames of its code: the innermost that hold completions in
their variables. Not covered is code that never comes back to the interpreter, that sets an alarm of
its own, or that runs outside of the main thread.
"""

import math
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from time import perf_counter
from traceback import walk_tb
from types import FrameType

from tarot.types import GradedCompletion, Reward, RewardValue, UserError

_MAX_SHOWN = 200

REWARD_TIMEOUT_S = 300.0
"""The longest that a reward may have one completion in hand, unless its `timeout_s` says else."""


class RewardFault(UserError):
    """What is wrong with a reward, in words that begin with its name.

    `completion` is the one that it had in hand, or None where that is not known.
    """

    def __init__(self, message: str, completion: GradedCompletion | None = None) -> None:
        """Keep the completion beside the words."""
        super().__init__(message)
        self.completion = completion


@dataclass(frozen=True, slots=True)
class PartCall:
    """A part of a reward on one completion: what it gave, and the seconds that it took."""

    name: str
    completion: GradedCompletion
    value: float | None
    seconds: float


_Part = Callable[[GradedCompletion], float | None]
_on_call: ContextVar[Callable[[PartCall], None] | None] = ContextVar("on_call", default=None)


class _Overdue(BaseException):
    """Raised where the reward stands; no `except Exception` in it may take it for its own."""


@contextmanager
def watching(on_call: Callable[[PartCall], None]) -> Iterator[None]:
    """Inside, `on_call` is told of every part that a reward calls by `call_part`."""
    token = _on_call.set(on_call)
    try:
        yield
    finally:
        _on_call.reset(token)


def call_part(name: str, part: _Part, completion: GradedCompletion) -> float | None:
    """What a part gives for a completion; RewardFault where it raises or gives no finite number."""
    title = f"its part {name} ({title_of(part)})"
    start = perf_counter()
    try:
        value = part(completion)
    except (Exception, _Overdue) as error:
        raise RewardFault(f"{title} {_said(error, part)}", completion) from error
    if value is not None:
        if not isinstance(value, Real) or not math.isfinite(value):
            fault = f"{title} gave {value!r}; a part gives a finite number, or None"
            raise RewardFault(fault, completion)
        value = float(value)
    on_call = _on_call.get()
    if on_call is not None:
        on_call(PartCall(name, completion, value, perf_counter() - start))
    return value


def call_reward(
    reward: Reward, completions: Sequence[GradedCompletion], timeout_s: float | None = None
) -> list[RewardValue | None]:
    """What a reward gives, one value or None for each; RewardFault where it does anything else.

    A completion may be in hand for `timeout_s`, None for what the reward says, or 300 s.
    """
    limit_s = getattr(reward, "timeout_s", REWARD_TIMEOUT_S) if timeout_s is None else timeout_s
    try:
        with _alarmed(completions, limit_s):
            values = reward(completions)
    except RewardFault:
        raise
    except (Exception, _Overdue) as error:
        frames = [frame for frame, _ in walk_tb(error.__traceback__)]
        (*_, found) = (None, *_in_hand(reversed(frames), completions))
        raise RewardFault(f"{title_of(reward)} {_said(error, reward)}", found) from error
    _check_values(reward, completions, values)
    return values


def title_of(built: object) -> str:
    """The module and name of a class by what was built of it, or of a function."""
    kind = built if hasattr(built, "__qualname__") else type(built)
    return f"{kind.__module__}.{kind.__qualname__}"


def _check_values(
    reward: Reward, completions: Sequence[GradedCompletion], values: Sequence[object]
) -> None:
    title = title_of(reward)
    if not isinstance(values, list | tuple):
        raise RewardFault(f"{title} gave a {type(values).__name__}; give a list with one for each")
    if len(values) != len(completions):
        raise RewardFault(f"{title} gave {len(values)} values for {len(completions)} completions")
    for completion, value in zip(completions, values, strict=True):
        if fault := _fault_of(value, reward.part_names):
            raise RewardFault(f"{title} gave {fault}", completion)


def _fault_of(value: object, part_names: Sequence[str]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, RewardValue):
        return f"{value!r}; give a RewardValue, or None"
    if not isinstance(value.total, Real) or not math.isfinite(value.total):
        return f"a total of {value.total!r}; give a finite number, or None"
    if set(value.parts) != set(part_names):
        return f"the parts {sorted(value.parts)}, where part_names has {sorted(part_names)}"
    return None


@contextmanager
def _alarmed(completions: Sequence[GradedCompletion], timeout_s: float) -> Iterator[None]:
    """Inside, `_Overdue` is raised in code that has the same completions in hand for too long.

    It looks every `timeout_s`, so that this is noticed within twice as long; code that has none in
    hand gets `timeout_s` for each completion.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    start, last = perf_counter(), list[GradedCompletion]()

    def on_alarm(_number: int, frame: FrameType | None) -> None:
        nonlocal last
        found = _in_hand(_outward(frame), completions)
        spent_s = perf_counter() - start
        is_same = bool(found) and [*map(id, found)] == [*map(id, last)]
        longest_s = timeout_s * max(len(completions), 1) * (2 if found else 1)
        if is_same or spent_s >= longest_s:
            raise _Overdue(f"had not ended after {spent_s:.0f} s")
        last = found

    kept = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, timeout_s, timeout_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, kept)


def _outward(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames from where the reward stands to where it was called."""
    while frame is not None and frame.f_code is not call_reward.__code__:
        yield frame
        frame = frame.f_back


def _in_hand(
    frames: Iterable[FrameType], completions: Sequence[GradedCompletion]
) -> list[GradedCompletion]:
    """The completions in the variables of the innermost frame that has any, the latest last."""
    known = {id(completion) for completion in completions}
    held = ([one for one in frame.f_locals.values() if id(one) in known] for frame in frames)
    return next(filter(None, held), [])


def _said(error: BaseException, called: object) -> str:
    """What happened, and at which line: of the module of what was called, if it was in there."""
    what = " ".join(str(error).split())[:_MAX_SHOWN]
    if not isinstance(error, _Overdue):
        what = f"raised {type(error).__name__}: {what}"
    kind = called if hasattr(called, "__qualname__") else type(called)
    own = getattr(sys.modules.get(kind.__module__), "__file__", None)
    lines = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    foreign = [place for place in lines if place[0] != __file__]
    places = [place for place in foreign if place[0] == own] or foreign
    return f"{what} ({Path(places[-1][0]).name}:{places[-1][1]})" if places else what
