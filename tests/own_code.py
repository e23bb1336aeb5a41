"""Code as a user writes it, in files outside of shuzi's folders."""

HEAD = """
import torch
from torch import nn
from model.networks.digit_network import CLASSES, DigitNetwork


class Own(DigitNetwork):
    def __init__(self, configuration):
        super().__init__()
"""
LAYERS = """
        self.layers = nn.Sequential(
            nn.Conv2d(1, configuration.channels_1, 3, padding=1),
            nn.BatchNorm2d(configuration.channels_1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(configuration.dropout_1),
            nn.Linear(configuration.channels_1, CLASSES),
        )
"""
NETWORK = HEAD + LAYERS
