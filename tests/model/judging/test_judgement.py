import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from datasets.digit_set import DigitSet, joined
from model.configuration import Configuration
from model.hardware.device import DeviceDigits, mixed_precision
from model.judging.judge import judge, logits_of
from model.networks.digit_network import DigitNetwork
from model.networks.kinds import build

CPU = torch.device("cpu")


def test_measures_are_those_of_a_plain_count(small_pool: DigitSet) -> None:
    torch.manual_seed(0)
    network = build(Configuration(channels_1=4, channels_2=4))
    digits = DeviceDigits.of(small_pool, CPU)
    chosen = torch.arange(20, 180)
    judgement = judge(network, digits, chosen)

    with torch.no_grad(), mixed_precision(CPU):
        logits = network(digits.images[chosen]).float()
    labels = digits.labels[chosen]
    read = logits.argmax(1)
    assert judgement.count == 160
    assert judgement.correct == int((read == labels).sum())
    np.testing.assert_allclose(judgement.loss, float(F.cross_entropy(logits, labels)), rtol=1e-5)
    for source, part in (("mnist", slice(0, 80)), ("synthetic", slice(80, 160))):
        expected = float(F.cross_entropy(logits[part], labels[part]))
        np.testing.assert_allclose(judgement.sources[source].loss, expected, rtol=1e-5)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels.numpy(), read.numpy()), 1)
    np.testing.assert_array_equal(judgement.confusion, confusion)


def test_balanced_loss_is_not_decided_by_the_largest_source() -> None:
    class SureOfOne(DigitNetwork):
        def logits(self, images: torch.Tensor) -> torch.Tensor:
            return F.one_hot(torch.ones(len(images), dtype=torch.long), 10) * 4.0

    many = DigitSet.of(np.zeros((90, 28, 28)), [1] * 90, "mnist")
    few = DigitSet.of(np.zeros((10, 28, 28)), [2] * 10, "tongji")
    digits = DeviceDigits.of(joined([many, few]), CPU)
    judgement = judge(SureOfOne(), digits, torch.arange(100))
    right, wrong = judgement.sources["mnist"].loss, judgement.sources["tongji"].loss
    np.testing.assert_allclose(judgement.balanced_loss, (right + wrong) / 2)
    np.testing.assert_allclose(judgement.loss, 0.9 * right + 0.1 * wrong)
    assert judgement.sources["tongji"].accuracy == 0


def test_sources_keep_their_images_whatever_their_order() -> None:
    parts = [DigitSet.of(np.zeros((2, 28, 28)), [n, n], name) for n, name in enumerate("bca")]
    digits = DeviceDigits.of(
        joined([*parts, DigitSet.of(np.zeros((1, 28, 28)), [9], "mnist")]), CPU
    )
    names = [digits.source_names[place] for place in digits.sources.tolist()]
    assert names == ["b", "b", "c", "c", "a", "a", "mnist"]


def test_hardest_are_those_whose_label_is_given_the_least_probability(
    small_pool: DigitSet,
) -> None:
    torch.manual_seed(0)
    network = build(Configuration(channels_1=4, channels_2=4))
    digits = DeviceDigits.of(small_pool, CPU)
    chosen = torch.arange(20, 180).flip(0)
    hardest = judge(network, digits, chosen, hardest=7).hardest

    with mixed_precision(CPU):
        probabilities = logits_of(network, digits, chosen).softmax(dim=1).numpy()
    given = probabilities[np.arange(160), small_pool.labels[chosen.numpy()]]
    places = np.argsort(given)[:7]
    assert [each.index for each in hardest] == chosen[places].tolist()
    assert [each.read for each in hardest] == probabilities[places].argmax(1).tolist()
    confidence = [each.confidence for each in hardest]
    np.testing.assert_allclose(confidence, probabilities[places].max(1), rtol=1e-5)
    np.testing.assert_allclose([each.probability for each in hardest], given[places], rtol=1e-5)


def test_no_more_hard_digits_are_told_of_than_there_are_and_none_unless_asked(
    small_pool: DigitSet,
) -> None:
    network = build(Configuration(channels_1=4, channels_2=4))
    digits = DeviceDigits.of(small_pool, CPU)
    assert len(judge(network, digits, torch.arange(3), hardest=24).hardest) == 3
    assert judge(network, digits, torch.arange(3)).hardest == ()
