"""The networks of one configuration in training, which are judged as one."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from datasets.seeds import Purpose, seed_for
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.judging.judge import judge
from model.judging.judgement import Judgement
from model.networks.averaged import averaged
from model.networks.digit_network import DigitNetwork
from model.training.replica import Replica


class Replicas:
    """As many replicas as a configuration has networks, trained on the same digits.

    Args:
        configuration: The network and how it is trained.
        digits: Digits on the device to train on.
        training: (m,) int64, indices of the images to train on.
        seed: Decides all that is random; the first network's is as if it were alone.
        place: Among those that train side by side; none where all are trained as one.

    Attributes:
        each: The replicas.
    """

    def __init__(
        self,
        configuration: Configuration,
        digits: DeviceDigits,
        training: NDArray[np.int64],
        seed: int,
        place: int | None = 0,
    ) -> None:
        self.configuration, self._digits = configuration, digits
        alone = replace(configuration, networks=1)
        others = range(1, configuration.networks)
        seeds = [seed, *(seed_for(Purpose.MEMBER, seed, number) for number in others)]
        lanes = [0 if place is None else place * len(seeds) + n for n in range(len(seeds))]
        each = zip(seeds, lanes, strict=True)
        self.each = [Replica(alone, digits, training, seed, lane) for seed, lane in each]

    @property
    def network(self) -> DigitNetwork:
        """The network, or the average of all."""
        return averaged([replica.network for replica in self.each])

    def learning_rate(self, epochs: int) -> float:
        """Returns the rate of the next step after some epochs."""
        return self.each[0].learning_rate(epochs)

    def begin_epoch(self) -> None:
        """Begins an epoch of each."""
        for replica in self.each:
            replica.begin_epoch()

    def finish_epoch(self) -> None:
        """Trains what is left of it; a GPU may still be at it afterwards."""
        for replica in self.each:
            replica.finish_epoch()

    def release(self) -> None:
        """Gives back what a GPU keeps for the steps; the networks stay."""
        for replica in self.each:
            replica.release()

    def training_loss(self) -> float:
        """Waits for the epoch and returns the mean training loss, nats."""
        return float(np.mean([replica.training_loss() for replica in self.each]))

    def judge(self, chosen: Tensor, hardest: int = 0) -> Judgement:
        """Judges the networks as they are now, as one; see `model.judging.judge`."""
        if len(self.each) == 1:
            return self.each[0].judge(chosen, hardest)
        return judge(self.network, self._digits, chosen, hardest)
