"""The same trial in skorch, as its documentation would write it."""

import numpy as np
import torch
from skorch import NeuralNetClassifier
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from torch import nn

from benchmarks.peers.network import StudentNetwork
from benchmarks.peers.part import Part, Read
from datasets.seeds import Purpose, seed_for


def run(part: Part) -> Read:
    """Fits a classifier for each fold, which it validates every epoch."""
    torch.set_num_threads(part.threads)
    correct = count = 0
    for number in part.numbers:
        images = part.normalised(number)[:, None].astype(np.float32)
        chosen, training = part.folds[number], part.training(number)
        torch.manual_seed(seed_for(Purpose.FOLD_TRAINING, part.seed, number))
        classifier = _classifier(part, Dataset(images[chosen], part.pool.labels[chosen]))
        classifier.fit(images[training], part.pool.labels[training])
        correct += round(classifier.history[-1]["valid_acc"] * len(chosen))
        count += len(chosen)
    return Read(correct, count)


def _classifier(part: Part, validation: Dataset) -> NeuralNetClassifier:
    return NeuralNetClassifier(
        StudentNetwork,
        module__channels_1=part.configuration.channels_1,
        module__channels_2=part.configuration.channels_2,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=part.configuration.learning_rate,
        batch_size=part.configuration.batch_size,
        max_epochs=part.configuration.epochs,
        iterator_train__shuffle=True,
        train_split=predefined_split(validation),
        device=part.device,
        verbose=0,
    )
