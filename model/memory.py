"""How much memory training takes on a device, by counting."""

from model.configuration import Configuration
from model.judging import BATCH
from model.networks import count_parameters

FLOAT = 4  # bytes
CONTEXT = 600 * 2**20  # what CUDA itself and its libraries keep for a process


def training_bytes(configuration: Configuration, digits: int, folds: int) -> int:
    """Returns an upper estimate of the device memory that a cross-validation takes, bytes.

    Counted are: the digits as bytes, and for each fold the weights, their gradients and Adam's two
    moments; for the one fold that advances, every layer's output and its gradient, twice over for
    what the libraries need; the device's own context.

    Args:
        configuration: The network and its batch size.
        digits: How many images lie on the device.
        folds: How many networks are trained side by side.
    """
    weights = 4 * FLOAT * count_parameters(configuration) * folds
    batch = max(configuration.batch_size, BATCH["cuda"])
    activations = 2 * 2 * FLOAT * batch * _outputs(configuration)
    return digits * 28 * 28 + weights + activations + CONTEXT


def _outputs(configuration: Configuration) -> int:
    """Returns the numbers that all layers put out for one image."""
    first = configuration.channels_1 * (24 * 24 + 2 * 12 * 12)
    second = configuration.channels_2 * (8 * 8 + 2 * 4 * 4)
    return 28 * 28 + first + second + 2 * (configuration.hidden_1 + configuration.hidden_2)
