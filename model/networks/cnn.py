"""The student's small CNN, its widths and rates free."""

from torch import nn

from model.configuration import Configuration
from model.networks.digit_network import CLASSES, DigitNetwork
from model.networks.dropout import Dropout
from model.networks.normalisation import BatchNorm
from model.networks.pooled_convolution import PooledConvolution


class DigitCNN(DigitNetwork):
    """The baseline: two 5 x 5 convolutions and three linear layers, with dropout.

    Args:
        configuration: Gives channels, dropout rates and hidden widths; its defaults make the
            baseline's 1,087,402 weights.
    """

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        c = configuration
        self.convolution_1 = nn.Conv2d(1, c.channels_1, 5)
        self.convolution_2 = nn.Conv2d(c.channels_1, c.channels_2, 5)
        self.dropout_1 = Dropout(c.dropout_1)
        self.dropout_2 = nn.Dropout2d(c.dropout_2)
        self.hidden_1 = nn.Linear(16 * c.channels_2, c.hidden_1)
        self.dropout_3 = Dropout(c.dropout_3)
        self.hidden_2 = nn.Linear(c.hidden_1, c.hidden_2)
        self.dropout_4 = Dropout(c.dropout_4)
        self.output = nn.Linear(c.hidden_2, CLASSES)
        self.normalisation_1 = _normalisation(c, c.channels_1)
        self.normalisation_2 = _normalisation(c, c.channels_2)
        self.normalisation_3 = _normalisation(c, c.hidden_1)
        self.normalisation_4 = _normalisation(c, c.hidden_2)
        self.layers = (
            *(PooledConvolution(self.convolution_1), self.normalisation_1, self.dropout_1),
            *(PooledConvolution(self.convolution_2), self.normalisation_2, self.dropout_2),
            *(nn.Flatten(), self.hidden_1, nn.ReLU(), self.normalisation_3, self.dropout_3),
            *(self.hidden_2, nn.ReLU(), self.normalisation_4, self.dropout_4),
            self.output,
        )


def _normalisation(configuration: Configuration, width: int) -> nn.Module:
    return BatchNorm(width) if configuration.normalisation == "batch" else nn.Identity()
