"""The baseline as it is written there: ReLU before pooling."""

from torch import Tensor, nn


class StudentNetwork(nn.Module):
    """The student's layers with free widths.

    Args:
        channels_1: Output channels of the first convolution.
        channels_2: Output channels of the second.
    """

    def __init__(self, channels_1: int = 128, channels_2: int = 256) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, channels_1, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Dropout(0.3),
            nn.Conv2d(channels_1, channels_2, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Dropout2d(0.4),
            nn.Flatten(),
            nn.Linear(16 * channels_2, 64),
            nn.ReLU(),
            nn.Dropout(0.4),
            nn.Linear(64, 32),
            nn.ReLU(),
            nn.Dropout(0.4),
            nn.Linear(32, 10),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Returns logits (n, 10) of images (n, 1, 28, 28)."""
        logits: Tensor = self.layers(images)
        return logits
