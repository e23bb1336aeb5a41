from pathlib import Path

import pytest
import torch

from model.brightness import brightness
from model.configuration import Configuration
from model.networks.kinds import build
from results.errors import ResultsError
from results.store.weights import load_network, save_network


def test_saved_network_reads_as_before(tmp_path: Path) -> None:
    configuration = Configuration(channels_1=3, channels_2=5)
    network = build(configuration).eval()
    images = torch.randint(0, 256, (4, 28, 28), dtype=torch.uint8)
    network.normalise_by(brightness(images))
    save_network(tmp_path / "model.safetensors", network, configuration, {"pool": "abc"})
    loaded = load_network(tmp_path / "model.safetensors")
    assert (loaded.configuration, loaded.about) == (configuration, {"pool": "abc"})
    torch.testing.assert_close(loaded.network(images), network(images), atol=0, rtol=0)


@pytest.mark.parametrize("content", [b"", b"not a network" * 9])
def test_file_that_is_no_network_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ResultsError, match=r"model\.safetensors is not a network"):
        load_network(path)
    with pytest.raises(ResultsError, match="nothing"):
        load_network(tmp_path / "nothing")
