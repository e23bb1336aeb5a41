"""The digits of a sweep, as workers are told of them."""

import numpy as np
import torch

from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.training.replica import Replica
from tune.planning.data import load_data
from tune.planning.request import SweepRequest


def test_images_of_an_epoch_are_as_many_as_are_trained_on() -> None:
    data = load_data(SweepRequest(name="x", mnist_count=100), folds=5)
    digits = DeviceDigits.of(data.pool, torch.device("cpu"))
    for configuration in (Configuration(), Configuration(repetition=3, balance=0.5)):
        training = np.setdiff1d(np.arange(len(data.pool)), data.folds[1])
        replica = Replica(configuration, digits, training, seed=0)
        assert data.images_an_epoch(1, configuration) == len(replica.training)
