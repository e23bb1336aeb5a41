from collections.abc import Callable

import pytest

from datasets.errors import ExtensionError
from model.configuration import BASELINE, Configuration


def test_defaults_are_the_reports_own() -> None:
    assert (BASELINE.channels_1, BASELINE.channels_2) == (128, 256)
    assert (BASELINE.dropout_1, BASELINE.dropout_2, BASELINE.dropout_3, BASELINE.dropout_4) == (
        0.3,
        0.4,
        0.4,
        0.4,
    )
    assert (BASELINE.hidden_1, BASELINE.hidden_2) == (64, 32)
    assert (BASELINE.learning_rate, BASELINE.batch_size, BASELINE.epochs) == (0.001, 100, 10)
    assert not BASELINE.augments


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("channels_1", 0, "channels_1 must be an integer from 1 to 1024, but got 0."),
        ("channels_1", 8.5, "channels_1 must be an integer from 1 to 1024, but got 8.5."),
        ("channels_1", True, "integer"),
        ("dropout_1", 1.0, "dropout_1 must be a number from 0 to 0.95, but got 1.0."),
        ("learning_rate", float("nan"), "learning_rate must be a number from 1e-07 to 1"),
        ("learning_rate", "0.1", "learning_rate must be a number"),
        ("schedule", "linear", "schedule must be one of constant, one-cycle, cosine"),
        (
            "network",
            "resnet",
            "network must be one of cnn, fully-connected, or module:Class for one",
        ),
        ("network", 3, "network must be one of cnn"),
        ("chanels_1", 8, "there is no parameter chanels_1: did you mean channels_1?"),
        ("zzz", 8, "allowed are network, channels_1"),
    ],
)
def test_what_is_not_allowed_is_refused_with_the_rule(name: str, value: object, rule: str) -> None:
    with pytest.raises(ValueError, match=rule.replace("?", r"\?")):
        Configuration.from_dict({name: value})


def test_configuration_survives_a_dictionary() -> None:
    configuration = Configuration(channels_1=8, schedule="cosine", rotation=3.5)
    assert Configuration.from_dict(configuration.to_dict()) == configuration


def test_a_network_of_ones_own_is_imported_when_it_is_checked(
    write_own: Callable[[str], str],
) -> None:
    name = write_own("class Own: pass")
    assert Configuration(network=f"{name}:Own").network == f"{name}:Own"
    with pytest.raises(ExtensionError, match=f"{name}:Other: .* has no Other"):
        Configuration.check("network", f"{name}:Other")
