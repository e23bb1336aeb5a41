"""One network: what it is, how it is trained and how it is judged. Nothing here knows Ray."""

from model.configuration import REPORT, Configuration
from model.device import DeviceDigits, best_device
from model.judging import HardDigit, Judgement, SourceMeasures, judge, judged, logits_of
from model.networks import DigitCNN, DigitNetwork, FullyConnected, build, count_parameters
from model.training import FoldEpoch, cross_validate, fold_seed, train_whole

__all__ = [
    "REPORT",
    "Configuration",
    "DeviceDigits",
    "DigitCNN",
    "DigitNetwork",
    "FoldEpoch",
    "FullyConnected",
    "HardDigit",
    "Judgement",
    "SourceMeasures",
    "best_device",
    "build",
    "count_parameters",
    "cross_validate",
    "fold_seed",
    "judge",
    "judged",
    "logits_of",
    "train_whole",
]
