"""The order of problems against TRL's own."""

from functools import partial

import pytest
from trl.trainer.utils import RepeatSampler

from tarot.training.order import EpochOrder

pytestmark = pytest.mark.e2e


def trl(shuffle: bool = True) -> RepeatSampler:
    return RepeatSampler(range(7), 2, batch_size=3, repeat_count=2, shuffle=shuffle, seed=1)


def test_a_run_without_a_break_has_the_order_of_trl() -> None:
    theirs = trl()
    for epoch in range(3):
        assert list(EpochOrder(trl(), partial(int, epoch))) == list(theirs)


def test_epochs_differ_and_one_that_starts_again_does_not() -> None:
    epoch = 0
    ours = EpochOrder(trl(), lambda: epoch)
    first = list(ours)
    assert list(ours) == first
    epoch = 1
    assert list(ours) != first
    assert len(ours) == len(first) == 24


def test_without_shuffling_every_epoch_is_the_same() -> None:
    assert list(EpochOrder(trl(shuffle=False), lambda: 2)) == list(trl(shuffle=False))
