"""A network of a user's own that could not be exported is refused before anything is trained."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from datasets.errors import ExtensionError
from search_spaces import SearchSpace
from tests.own_code import HEAD, LAYERS, NETWORK
from tune.planning.own_networks import require_networks

PLAIN = """
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, CLASSES))
"""
UNHELD = """
        self.layers = [nn.Flatten(), nn.Linear(784, CLASSES)]
"""
UNKNOWN = """
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, CLASSES), nn.Tanh())
"""
TOO_FEW = """
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 9))
"""
OTHERWISE = """
    def logits(self, images):
        return 2 * super().logits(images)
"""
FAILS = """
    def logits(self, images):
        return images.undefined
"""


def space_of(*networks: str) -> SearchSpace:
    varied: dict[str, Any] = {"network": {"kind": "choice", "choices": list(networks)}}
    return SearchSpace.model_validate({"about": "x", "parameters": varied})


@pytest.mark.parametrize("text", [NETWORK, HEAD + PLAIN])
def test_a_network_that_reads_as_its_layers_do_is_taken(
    write_own: Callable[[str], str], text: str
) -> None:
    before = torch.random.get_rng_state()
    require_networks(space_of("cnn", f"{write_own(text)}:Own"))
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (HEAD + UNHELD, r"its layers must be its own, as an nn.Sequential's are\."),
        (HEAD + UNKNOWN, r"a layer must be one of Conv2d, .*, but got Tanh\(\)\."),
        (HEAD + TOO_FEW, r"must return logits \(3, 10\), but got \(3, 9\)\."),
        (
            HEAD + PLAIN + OTHERWISE,
            r"its layers, exported, must read as it does, but differ by 0\.",
        ),
        (HEAD + LAYERS + FAILS, r"AttributeError: .*undefined.* \(.*\.py, line 22\)\."),
        (HEAD + "        pass\n", r"AttributeError: 'Own' object has no attribute 'layers'\."),
    ],
)
def test_another_is_refused_with_the_rule(
    write_own: Callable[[str], str], text: str, rule: str
) -> None:
    name = f"{write_own(text)}:Own"
    with pytest.raises(ExtensionError, match=f"^{name}:? {rule}"):
        require_networks(space_of("cnn", name))
