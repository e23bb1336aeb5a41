"""The winner's network is drawn by its layers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model.configuration import Configuration
from results.report.figures.network import network
from results.report.figures.style import styled
from results.report.material import Material
from results.report.words import words_of
from tests.own_code import NETWORK
from tests.results.made_sweep import made_sweep

CNN = ["12×12", "×8", "conv 5×5", "max-pool 2", "dropout 0.30", "4×4", "×16"]
HIDDEN = ["64", "linear", "dropout 0.40", "32", "linear", "dropout 0.40"]
ENDS = {"28×28", "image", "10", "digit", "linear"}


def texts(folder: Path, configuration: Configuration) -> list[str]:
    """Returns all that is written in the drawing of a configuration's network."""
    material = Material.of(made_sweep(folder / "small"))
    evaluation: Any = material.evaluation
    evaluation["rows"][-1] |= {"configuration": configuration.to_dict(), "weights": 100}
    with styled():
        (drawn,) = network(material, words_of("en"))
    return re.findall(r"<text[^>]*>([^<]+)</text>", drawn.svg)


def test_the_baseline_network_is_drawn_with_all_that_it_does(tmp_path: Path) -> None:
    found = texts(tmp_path, Configuration(channels_1=8, channels_2=16))
    assert {*CNN, *HIDDEN, *ENDS} == {*found}
    assert "batch norm" not in found


def test_its_normalisation_is_told(tmp_path: Path) -> None:
    normalised = Configuration(channels_1=8, channels_2=16, normalisation="batch", networks=2)
    assert texts(tmp_path, normalised).count("batch norm") == 4


def test_the_fully_connected_network_has_its_widths_alone(tmp_path: Path) -> None:
    found = texts(tmp_path, Configuration(network="fully-connected"))
    assert {*found} == {"28×28", "256", "64", "10", "linear"}


def test_a_network_of_ones_own_is_drawn_by_its_layers(
    tmp_path: Path, write_own: Callable[[str], str]
) -> None:
    own = f"{write_own(NETWORK)}:Own"
    found = texts(tmp_path, Configuration(network=own, channels_1=7))
    assert {*found} == {
        *("28×28", "conv 3×3", "batch norm", "global avg-pool", "dropout 0.30", "7"),
        *("linear", "10"),
    }
