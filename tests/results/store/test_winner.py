from pathlib import Path

import pandas as pd
import pytest
import torch

from model.brightness import brightness
from model.configuration import Configuration
from model.networks.kinds import build
from results.errors import ResultsError
from results.store.winner import load_network, save_network, winning_trial


def table(*rows: tuple[int, str, float | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["trial", "state", "validation_loss"])


def test_only_complete_trials_win() -> None:
    trials = table(
        (0, "complete", 0.5), (1, "failed", None), (2, "stopped", 0.1), (3, "complete", 0.4)
    )
    assert winning_trial(trials) == 3


def test_earlier_trial_wins_a_tie() -> None:
    assert winning_trial(table((0, "complete", 0.4), (1, "complete", 0.4))) == 0


def test_no_complete_trial_is_told_with_the_causes() -> None:
    trials = table((0, "failed", None)).assign(cause="the training loss is nan.")
    with pytest.raises(ResultsError, match=r"no trial is complete.* loss is nan"):
        winning_trial(trials)


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
