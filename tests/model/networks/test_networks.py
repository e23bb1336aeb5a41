import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from model.brightness import brightness
from model.configuration import BASELINE, Configuration
from model.networks.averaged import averaged, members_of
from model.networks.cnn import DigitCNN
from model.networks.fully_connected import FullyConnected
from model.networks.kinds import build, count_weights


def bytes_like_digits(count: int) -> Tensor:
    return torch.randint(0, 256, (count, 28, 28), dtype=torch.uint8)


def test_reports_network_has_the_reports_parameters() -> None:
    assert count_weights(BASELINE) == 1_087_402
    assert count_weights(Configuration(network="fully-connected")) == 218_058


def test_pooling_before_relu_is_the_reports_function() -> None:
    network = DigitCNN(Configuration(channels_1=4, channels_2=6)).eval()
    images = bytes_like_digits(5)
    x = network.normalised(images)
    x = F.max_pool2d(F.relu(network.convolution_1(x)), 2)
    x = F.max_pool2d(F.relu(network.convolution_2(x)), 2)
    x = F.relu(network.hidden_2(F.relu(network.hidden_1(x.flatten(1)))))
    torch.testing.assert_close(network(images), network.output(x))


def test_network_normalises_by_its_training_images() -> None:
    network = FullyConnected(BASELINE)
    images = bytes_like_digits(20)
    network.normalise_by(brightness(images))
    normalised = network.normalised(images)
    torch.testing.assert_close(normalised.mean(), torch.tensor(0.0), atol=1e-5, rtol=0)
    torch.testing.assert_close(normalised.std(correction=0), torch.tensor(1.0), atol=1e-4, rtol=0)


def test_blank_training_images_do_not_divide_by_zero() -> None:
    network = FullyConnected(BASELINE)
    network.normalise_by(brightness(torch.zeros(3, 28, 28, dtype=torch.uint8)))
    assert network(bytes_like_digits(2)).isfinite().all()


def test_the_second_dropout_drops_whole_channels() -> None:
    network = DigitCNN(Configuration(dropout_2=0.5))
    dropped = network.dropout_2(torch.ones(4, 16, 4, 4)).flatten(2)
    assert (dropped == dropped[..., :1]).all()
    assert 0 < (dropped == 0).float().mean() < 1


def test_widths_and_kinds_are_as_configured() -> None:
    network = build(Configuration(channels_1=3, channels_2=5, hidden_1=7, hidden_2=11))
    assert isinstance(network, DigitCNN)
    assert network.hidden_1.in_features == 16 * 5
    assert network(bytes_like_digits(2)).shape == (2, 10)
    assert isinstance(build(Configuration(network="fully-connected")), FullyConnected)


def test_an_average_of_averages_is_that_of_all_their_networks() -> None:
    two = [build(Configuration(channels_1=2, channels_2=3, networks=2)).eval() for _ in range(2)]
    together, images = averaged(two), bytes_like_digits(4)
    assert [type(member) for member in members_of(together)] == [DigitCNN] * 4
    with torch.no_grad():
        expected = torch.stack([each(images).exp() for each in two]).mean(dim=0)
        torch.testing.assert_close(together(images).exp(), expected)
