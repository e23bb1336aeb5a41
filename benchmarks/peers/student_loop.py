"""The student's loop as it describes it, but with fresh weights for every fold."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, Dataset

from benchmarks.peers.network import StudentNetwork
from benchmarks.peers.part import Part, Read
from datasets.seeds import Purpose, seed_for


class Rows(Dataset[tuple[NDArray[np.float64], int]]):
    """Rows of 784 numbers of 64 bits, as a table read from CSV gives them."""

    def __init__(self, images: NDArray[np.float64], labels: NDArray[np.int64]) -> None:
        self._rows = images.reshape(-1, 784)
        self._labels = labels

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float64], int]:
        return self._rows[index], int(self._labels[index])


def run(part: Part) -> Read:
    """Trains and validates each fold, one after another."""
    torch.set_num_threads(part.threads)
    reads = [_fold(part, number) for number in part.numbers]
    return Read(sum(read.correct for read in reads), sum(read.count for read in reads))


def _fold(part: Part, number: int) -> Read:
    torch.manual_seed(seed_for(Purpose.FOLD_TRAINING, part.seed, number))
    c = part.configuration
    network = StudentNetwork(c.channels_1, c.channels_2).to(part.device)
    optimiser = torch.optim.Adam(network.parameters(), lr=c.learning_rate)
    images = part.normalised(number)
    training = _loader(part, images, part.training(number), shuffle=True)
    validation = _loader(part, images, part.folds[number], shuffle=False)
    for _ in range(c.epochs):
        _train(network, optimiser, training, part.device)
        read = _validate(network, validation, part.device)
    return read


def _loader(
    part: Part, images: NDArray[np.float64], chosen: NDArray[np.int64], shuffle: bool
) -> DataLoader:  # type: ignore[type-arg]
    rows = Rows(images[chosen], part.pool.labels[chosen])
    return DataLoader(rows, batch_size=part.configuration.batch_size, shuffle=shuffle)


def _train(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    loader: DataLoader,  # type: ignore[type-arg]
    device: str,
) -> None:
    network.train()
    for rows, labels in loader:
        images = rows.view(-1, 1, 28, 28).float().to(device)
        loss = nn.functional.cross_entropy(network(images), labels.to(device))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


@torch.no_grad()
def _validate(network: nn.Module, loader: DataLoader, device: str) -> Read:  # type: ignore[type-arg]
    network.eval()
    correct = count = 0
    for rows, labels in loader:
        read = network(rows.view(-1, 1, 28, 28).float().to(device)).argmax(1)
        correct += int((read == labels.to(device)).sum())
        count += len(labels)
    return Read(correct, count)
