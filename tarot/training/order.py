"""The order of the problems, which a resumed run has to find again.

TRL draws the order of every epoch from one generator that starts anew with the process, so a run
that goes on in its second epoch would get the first epoch's order once more.
"""

from collections.abc import Callable, Iterator

import torch
from torch.utils.data import Sampler
from trl.trainer.utils import RepeatSampler


class EpochOrder(Sampler):
    """TRL's order as a function of seed and epoch; the same as TRL's in a run without a break."""

    def __init__(self, sampler: RepeatSampler, epoch: Callable[[], int]) -> None:
        """Draw from `sampler`, and ask `epoch` which one begins."""
        self._sampler = sampler
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        """The rows of the epoch, each as often as the sampler repeats it."""
        if self._sampler.shuffle:
            generator = self._sampler.generator.manual_seed(self._sampler.seed)
            for _ in range(self._epoch()):
                torch.randperm(self._sampler.num_samples, generator=generator)
        return iter(self._sampler)

    def __len__(self) -> int:
        """The rows of an epoch."""
        return len(self._sampler)
