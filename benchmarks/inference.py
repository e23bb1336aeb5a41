"""How fast a trained network reads digits on one core, by torch and by onnxruntime.

    python -m benchmarks.inference

Prints for each network and batch the time of an image: in eager torch by its plain layers, and by
the network as shuzi trains it, with its own convolutions; by onnxruntime in float32 and in 8-bit
integers; and how many times as fast each is as those of torch. Contestants take turns, round
by round, on one core with one thread; ratios are of the same round.
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from benchmarks.protocol.arms import WINNER, winning_configuration
from benchmarks.shared.header import header
from datasets.sources.chinese import load_chinese
from model.brightness import brightness
from model.configuration import Configuration
from model.networks.digit_network import DigitNetwork
from model.networks.kinds import build
from model.networks.portable import PortableNetwork
from results.export.int8 import quantised
from results.export.onnx_graph import INPUT, onnx_model

NETWORKS = {
    "the baseline's, 128-256": Configuration(),
    "the winner's of docs/results.md": winning_configuration(WINNER),
}
BATCHES = (1, 256)
Read = Callable[[NDArray[np.uint8]], object]


@dataclass
class Contestant:
    """One way to read digits.

    Attributes:
        name: What it is called.
        read: Takes digits (n, 28, 28) uint8.
        seconds: For an image, in each round.
    """

    name: str
    read: Read
    seconds: list[float] = field(default_factory=list)

    def run(self, images: NDArray[np.uint8], least: float) -> None:
        """Reads the same images for some seconds."""
        times, started = 0, time.perf_counter()
        while (spent := time.perf_counter() - started) < least:
            self.read(images)
            times += 1
        self.seconds.append(spent / times / len(images))


def main() -> None:
    """Runs all networks and batches and prints a table for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="Of each turn.")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    print(header("torch", "onnxruntime"), "(one of them used)")
    digits = load_chinese(["embedded"]).images
    for name, configuration in NETWORKS.items():
        network = build(configuration).eval()
        network.normalise_by(brightness(torch.tensor(digits)))
        model = onnx_model(PortableNetwork(network, 1.5)).SerializeToString()
        complete = quantised(onnx_model(PortableNetwork(network, 1.5)), digits).SerializeToString()
        print(f"\n{name}: float32 {len(model) / 1000:,.0f} kB, int8 {len(complete) / 1000:,.0f} kB")
        for batch in BATCHES:
            found = _contestants(network, model, complete)
            _take_turns(found, digits[:batch], arguments.rounds, arguments.seconds)
            _print(found, batch)


def _contestants(network: DigitNetwork, model: bytes, complete: bytes) -> list[Contestant]:
    portable = PortableNetwork(network, 1.5)
    return [
        Contestant("torch, plain", _by_torch(portable)),
        Contestant("torch, shuzi's own", _by_torch(lambda x: (network(x) / 1.5).softmax(dim=1))),
        Contestant("onnxruntime, float32", _by_onnxruntime(model)),
        Contestant("onnxruntime, int8", _by_onnxruntime(complete)),
    ]


def _by_torch(module: Callable[[torch.Tensor], torch.Tensor]) -> Read:
    @torch.inference_mode()
    def read(images: NDArray[np.uint8]) -> object:
        return module(torch.tensor(images)).numpy()

    return read


def _by_onnxruntime(content: bytes) -> Read:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return lambda images: session.run(None, {INPUT: images})


def _take_turns(
    contestants: Sequence[Contestant], images: NDArray[np.uint8], rounds: int, seconds: float
) -> None:
    for each in contestants:
        each.read(images)  # what is done once
    for _ in range(rounds):
        for each in contestants:
            each.run(images, seconds)


def _print(contestants: Sequence[Contestant], batch: int) -> None:
    plain, own = (np.array(each.seconds) for each in contestants[:2])
    for each in contestants:
        mine = np.array(each.seconds)
        ratios = f"plain x {_spread(plain / mine)}  own x {_spread(own / mine)}"
        print(f"  batch {batch:3}  {each.name:20} {_spread(1e6 * mine)} us  {ratios}")


def _spread(values: NDArray[np.float64]) -> str:
    """Writes the median, and in brackets the lowest and the highest."""
    low, middle, high = (f"{value:.4g}" for value in np.quantile(values, (0, 0.5, 1)))
    return f"{middle:>6} ({low}-{high})"


if __name__ == "__main__":
    main()
